import { ServiceError } from '@headwater/stage';

/** Codes of our own errors that say so. */
const CODES: ReadonlySet<string> = new Set(['E_KAFKA_ACCESS', 'E_CLICKHOUSE_ACCESS']);
/** What the protocol of Kafka calls it: `TOPIC_AUTHORIZATION_FAILED`, `SASL_AUTHENTICATION_FAILED` and so on. */
const TYPES = /_AUTH(?:ORIZ|ENTIC)ATION_FAILED$/;
const SIGN_IN_FAILED = 'KafkaJSSASLAuthenticationError';

interface Link {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
}

/**
 * What a broker or ClickHouse said when it refused this user, in a sentence with what to do; null for every other error.
 * Services wait until somebody gives them their rights; who looks once says so instead, and at once.
 */
export function refusalIn(error: unknown): string | null {
  const seen = new Set<unknown>();
  for (let at = error; typeof at === 'object' && at !== null && !seen.has(at); at = (at as Link).cause) {
    seen.add(at);
    if (at instanceof ServiceError && CODES.has(at.code)) return `${oneLook(at.message)} ${ADVICE}`;
    const { name, type, message } = at as Link;
    if (name === SIGN_IN_FAILED || (typeof type === 'string' && TYPES.test(type)))
      return `Kafka refuses this user: ${String(message).replace(/\.$/, '')}. Check KAFKA__SASL__*. ${ADVICE}`;
  }
  return null;
}

const ADVICE =
  'headwater verify has a user of its own, verifier: docs/how-to/verify.md says how to give it its rights.';

/** The errors of the services promise what this tool does not do. */
const oneLook = (message: string): string => message.replace(/ It is tried again\./, '');
