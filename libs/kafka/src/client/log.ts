import { logLevel, type logCreator } from 'kafkajs';

/** The part of a pino logger that the port uses: first what a machine reads, then a sentence. */
export interface Log {
  debug(context: object, message: string): void;
  info(context: object, message: string): void;
  warn(context: object, message: string): void;
  error(context: object, message: string): void;
}

/** For tools and tests that want no output. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/**
 * kafkajs calls every retry of its own an error; what needs a person is logged by the port itself. So its lines are
 * debug lines, but for the reason why a consumer gave up.
 */
export const kafkaLog =
  (log: Log): logCreator =>
  () =>
  ({ namespace, level, log: { message, ...context } }) => {
    const isCrash = level === logLevel.ERROR && message.startsWith('Crash:');
    const { error, stack, topic, partition, broker, retryCount, groupId, memberId } = context as Record<
      string,
      unknown
    >;
    const kept = { client: namespace, error, topic, partition, broker, retryCount, groupId, memberId };
    if (isCrash) log.warn({ ...kept, stack }, `The Kafka consumer stopped: ${message}`);
    else log.debug(kept, message);
  };
