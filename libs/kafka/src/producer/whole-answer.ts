/** What kafkajs says of one partition that it has written to. */
interface Written {
  readonly partition: number;
}

/**
 * Whether the answer to a send names each partition that it had records for, once.
 *
 * Over the retries of one send kafkajs 2.2.4 remembers which brokers have answered, and asks none of them again
 * (`src/producer/sendMessages.js`, kafkajs#1798). A partition whose leader moves meanwhile to a broker that has already
 * answered for others is then sent to nobody, and the send succeeds; one that moves away from such a broker is sent twice.
 */
export const isWhole = (
  messages: readonly { readonly partition?: number }[],
  answer: readonly Written[],
): boolean => {
  const sent = new Set(messages.map(({ partition }) => partition ?? 0));
  const named = answer.map(({ partition }) => partition);
  return (
    named.length === sent.size &&
    named.every((partition) => sent.has(partition)) &&
    new Set(named).size === sent.size
  );
};
