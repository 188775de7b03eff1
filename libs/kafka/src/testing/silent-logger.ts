const nothing = (): void => undefined;

/** What kafkajs' own classes log to, where a test makes them itself. */
export const silentLogger: object = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  namespace: () => silentLogger,
};
