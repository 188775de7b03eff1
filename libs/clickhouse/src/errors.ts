import { maskAddresses, ServiceError } from '@headwater/stage';
import { ClickHouseError } from '@clickhouse/client';

/** ClickHouse does not answer, or cannot take work for now. Waiting heals it. */
export class ClickHouseUnavailable extends ServiceError {
  override readonly code = 'E_CLICKHOUSE_UNAVAILABLE';
  override readonly retriable = true;
}

/** ClickHouse answers, but not to us: wrong user, password or rights. The events wait until someone has corrected that. */
export class ClickHouseAccessDenied extends ServiceError {
  override readonly code = 'E_CLICKHOUSE_ACCESS';
  override readonly retriable = true;
}

/** The tables are not those that this version writes to. The events wait until someone has migrated. */
export class TablesNotReady extends ServiceError {
  override readonly code = 'E_CLICKHOUSE_TABLES';
  override readonly retriable = true;
}

/** The rows of an insert are the reason why it was refused: the same rows will be refused again. */
export class ContentRefused extends ServiceError {
  override readonly code = 'E_CLICKHOUSE_CONTENT';
  override readonly retriable = false;
}

/** ClickHouse reports something that neither waiting nor other rows can heal. */
export class ClickHouseFault extends ServiceError {
  override readonly code = 'E_CLICKHOUSE_FAULT';
  override readonly retriable = false;
}

// Error codes: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp

/** Overload, outages of parts, limits in time: nothing is wrong with the request. */
const transient: ReadonlySet<number> = new Set([
  3, // UNEXPECTED_END_OF_FILE
  24, // CANNOT_WRITE_TO_OSTREAM
  32, // ATTEMPT_TO_READ_AFTER_EOF: the body was cut off on its way
  33, // CANNOT_READ_ALL_DATA: the same
  74, // CANNOT_READ_FROM_FILE_DESCRIPTOR
  75, // CANNOT_WRITE_TO_FILE_DESCRIPTOR
  76, // CANNOT_OPEN_FILE
  95, // CANNOT_READ_FROM_SOCKET
  96, // CANNOT_WRITE_TO_SOCKET
  159, // TIMEOUT_EXCEEDED
  164, // READONLY
  173, // CANNOT_ALLOCATE_MEMORY
  198, // DNS_ERROR
  201, // QUOTA_EXCEEDED
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  203, // NO_FREE_CONNECTION
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  225, // NO_ZOOKEEPER
  236, // ABORTED
  241, // MEMORY_LIMIT_EXCEEDED
  242, // TABLE_IS_READ_ONLY
  243, // NOT_ENOUGH_SPACE
  252, // TOO_MANY_PARTS
  254, // NO_REPLICA_HAS_PART
  279, // ALL_CONNECTION_TRIES_FAILED
  285, // TOO_FEW_LIVE_REPLICAS
  286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  289, // REPLICA_IS_NOT_IN_QUORUM
  305, // RECEIVED_ERROR_TOO_MANY_REQUESTS
  319, // UNKNOWN_STATUS_OF_INSERT
  323, // CANNOT_READ_FROM_FILE
  336, // UNKNOWN_DATABASE_ENGINE while the server starts
  341, // UNFINISHED
  373, // SESSION_IS_LOCKED
  394, // QUERY_WAS_CANCELLED
  415, // ALL_REPLICAS_LOST
  425, // SYSTEM_ERROR
  439, // CANNOT_SCHEDULE_TASK
  473, // DEADLOCK_AVOIDED
  499, // S3_ERROR
  529, // NOT_A_LEADER
  745, // SERVER_OVERLOADED
  999, // KEEPER_EXCEPTION
  1000, // POCO_EXCEPTION
  1001, // STD_EXCEPTION: no memory, a file system that fails
  1002, // UNKNOWN_EXCEPTION
]);

const access: ReadonlySet<number> = new Set([
  192, // UNKNOWN_USER
  193, // WRONG_PASSWORD
  194, // REQUIRED_PASSWORD
  497, // ACCESS_DENIED
  516, // AUTHENTICATION_FAILED
]);

const tables: ReadonlySet<number> = new Set([
  8, // THERE_IS_NO_COLUMN
  10, // NOT_FOUND_COLUMN_IN_BLOCK
  16, // NO_SUCH_COLUMN_IN_TABLE
  47, // UNKNOWN_IDENTIFIER
  53, // TYPE_MISMATCH
  60, // UNKNOWN_TABLE
  70, // CANNOT_CONVERT_TYPE
  81, // UNKNOWN_DATABASE
  218, // TABLE_IS_DROPPED
]);

const content: ReadonlySet<number> = new Set([
  6, // CANNOT_PARSE_TEXT
  26, // CANNOT_PARSE_QUOTED_STRING
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  38, // CANNOT_PARSE_DATE
  41, // CANNOT_PARSE_DATETIME
  69, // ARGUMENT_OUT_OF_BOUND
  72, // CANNOT_PARSE_NUMBER
  117, // INCORRECT_DATA
  128, // TOO_LARGE_ARRAY_SIZE
  131, // TOO_LARGE_STRING_SIZE
  190, // SIZES_OF_ARRAYS_DONT_MATCH
  307, // TOO_MANY_BYTES
  321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  376, // CANNOT_PARSE_UUID
  407, // DECIMAL_OVERFLOW
  441, // CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING
  467, // CANNOT_PARSE_BOOL
  469, // VIOLATED_CONSTRAINT: whoever added it wants such rows nowhere
  675, // CANNOT_PARSE_IPV4
  676, // CANNOT_PARSE_IPV6
  691, // UNKNOWN_ELEMENT_OF_ENUM
]);

/** Stands behind what a materialized view said that could not work with the rows of its table. */
const PUSHING_TO_VIEW = /: while pushing to view (?:[^\s.]+\.)?([^\s.]+)/giu;
/** Views of ours: migration 0007. */
const ownViews: ReadonlySet<string> = new Set(['failed_event_loaded', 'failed_event_failed_again']);
/** Its message ends with values of the row, whatever these look like. */
const VIOLATED_CONSTRAINT = 469;

const KEPT_OF_MESSAGE = 300;

/**
 * Says what an error of the client means. `doing` completes "ClickHouse at http://… …", e.g. "did not take 500 rows for
 * events_stored".
 *
 * What ClickHouse says of *content* quotes it, so that message is not taken over: only its code and name.
 */
export function classify(error: unknown, url: string, doing: string): Error {
  const where = `ClickHouse at ${url} ${doing}`;
  if (error instanceof ServiceError) return error;
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError)
    return error;
  if (!(error instanceof ClickHouseError)) {
    const reason = error instanceof Error ? causeOf(error) : String(error);
    return new ClickHouseUnavailable(
      `${where}: ${shortened(reason)}. It is tried again. Check that ClickHouse runs and that CLICKHOUSE__URL is its HTTP address.`,
      { cause: error },
    );
  }
  const code = Number(error.code);
  const name = `code ${error.code}${error.type === undefined ? '' : ` ${error.type}`}`;
  const view =
    code === VIOLATED_CONSTRAINT ? undefined : [...error.message.matchAll(PUSHING_TO_VIEW)].at(-1)?.[1];
  if (view !== undefined && !access.has(code) && !transient.has(code))
    return new TablesNotReady(
      `${where}: the view ${view}${ownViews.has(view) ? '' : ', which is not ours,'} cannot work with them (${name}). They wait and are tried again. ${ownViews.has(view) ? 'Run the job `migrate` of this version.' : 'Correct the view, or drop it.'}`,
    );
  if (content.has(code)) return new ContentRefused(`${where} because of what is in them (${name}).`);
  const said = `${name}: ${shortened(error.message)}`;
  if (access.has(code))
    return new ClickHouseAccessDenied(
      `${where}: access is refused (${said}). It is tried again. Check CLICKHOUSE__USERNAME and CLICKHOUSE__PASSWORD and the rights of that user.`,
    );
  if (tables.has(code))
    return new TablesNotReady(
      `${where}: the tables are not those that this version needs (${said}). It is tried again. Run the job \`migrate\` of this version.`,
    );
  if (transient.has(code))
    return new ClickHouseUnavailable(
      `${where} for now (${said}). It is tried again. If this stays, look at the log of ClickHouse.`,
    );
  return new ClickHouseFault(
    `${where} (${said}). Look the code up in ClickHouse's log, correct the cause and start again.`,
  );
}

/** Connection errors of Node keep the interesting part in the innermost cause, or in a list. */
function causeOf(error: Error): string {
  if (error instanceof AggregateError)
    return error.errors.map((one) => (one instanceof Error ? causeOf(one) : String(one))).join('; ');
  if (error.cause instanceof Error) return causeOf(error.cause);
  return error.message === '' ? error.name : error.message;
}

function shortened(text: string): string {
  const line = maskAddresses(text.replace(/\s+/g, ' ').trim()).replace(/\.$/, '');
  return line.length > KEPT_OF_MESSAGE ? `${line.slice(0, KEPT_OF_MESSAGE - 1)}…` : line;
}
