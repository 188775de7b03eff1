import { ServiceError } from '@headwater/stage';
import { AccessRefused } from '../errors';

/** What went wrong in a client call, by what has to follow. */
export type Trouble =
  /** Another process has taken over. */
  | 'fenced'
  /** A record batch is larger than the broker takes. */
  | 'tooLarge'
  /** The brokers refuse the user or what he asks for: rights and passwords are taken away and given back. */
  | 'access'
  /** Waiting does not help: versions, settings. */
  | 'fatal'
  /** Anything else: an outage, until shown otherwise. */
  | 'transient';

const byType: Readonly<Record<string, Trouble>> = {
  INVALID_PRODUCER_EPOCH: 'fenced',
  INVALID_PRODUCER_ID_MAPPING: 'fenced',
  INVALID_TXN_STATE: 'fenced',
  UNKNOWN_PRODUCER_ID: 'fenced',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'fenced',
  MESSAGE_TOO_LARGE: 'tooLarge',
  RECORD_LIST_TOO_LARGE: 'tooLarge',
  TOPIC_AUTHORIZATION_FAILED: 'access',
  GROUP_AUTHORIZATION_FAILED: 'access',
  CLUSTER_AUTHORIZATION_FAILED: 'access',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'access',
  // Said of a topic of a transaction when another one is refused or missing; kafkajs reports the first topic only.
  OPERATION_NOT_ATTEMPTED: 'access',
  SASL_AUTHENTICATION_FAILED: 'access',
  UNSUPPORTED_SASL_MECHANISM: 'fatal',
  UNSUPPORTED_VERSION: 'fatal',
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 'fatal',
  UNSUPPORTED_COMPRESSION_TYPE: 'fatal',
  INVALID_TRANSACTION_TIMEOUT: 'fatal',
  INVALID_SESSION_TIMEOUT: 'fatal',
};

/** The chain of an error and its causes. kafkajs wraps, and says "not retriable" of an outage: the deepest one counts. */
function* causesOf(
  error: unknown,
): Generator<{ readonly name?: unknown; readonly type?: unknown; readonly message?: unknown }> {
  const seen = new Set<unknown>();
  for (
    let at = error;
    typeof at === 'object' && at !== null && !seen.has(at);
    at = (at as { cause?: unknown }).cause
  ) {
    seen.add(at);
    yield at;
  }
}

/** Protocol errors in an error and its causes, e.g. `REBALANCE_IN_PROGRESS`. */
export const protocolTypes = (error: unknown): readonly string[] =>
  [...causesOf(error)].flatMap(({ type }) => (typeof type === 'string' ? [type] : []));

export function troubleOf(error: unknown): Trouble {
  if (error instanceof AccessRefused) return 'access';
  if (error instanceof ServiceError) return error.retriable ? 'transient' : 'fatal';
  for (const type of protocolTypes(error)) {
    const trouble = byType[type];
    if (trouble) return trouble;
  }
  for (const { name } of causesOf(error)) {
    if (name === 'KafkaJSSASLAuthenticationError') return 'access';
    if (name === 'KafkaJSServerDoesNotSupportApiKey') return 'fatal';
  }
  return 'transient';
}

/** The group has moved on: the consumer has to join again. */
export const needsRejoin = (error: unknown): boolean =>
  protocolTypes(error).some((type) =>
    [
      'REBALANCE_IN_PROGRESS',
      'ILLEGAL_GENERATION',
      'UNKNOWN_MEMBER_ID',
      'NOT_COORDINATOR_FOR_GROUP',
    ].includes(type),
  );

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
