interface Sent {
  /** Name on the broker. */
  readonly topic: string;
  readonly messages: readonly { readonly partition?: number }[];
}

/** What kafkajs says of one partition that it has written to. */
interface Written {
  readonly topicName: string;
  readonly partition: number;
}

/**
 * Whether the answer to a send names each partition that it had records for, once. kafkajs 2.2.4 reports success for records that
 * it has sent to nobody:
 *
 * - Over the retries of one send it remembers which brokers have answered, and asks none of them again
 *   (`src/producer/sendMessages.js`, kafkajs#1798). A partition whose leader moves meanwhile to a broker that has already
 *   answered for others is left out; one that moves away from such a broker is sent twice.
 * - A partition that its metadata does not hold yet is left out (`findLeaderForPartitions` in `src/cluster/index.js`).
 */
export function isWhole(sent: readonly Sent[], answer: readonly Written[]): boolean {
  const wanted = new Set(
    sent.flatMap(({ topic, messages }) => messages.map(({ partition }) => keyOf(topic, partition ?? 0))),
  );
  const named = answer.map(({ topicName, partition }) => keyOf(topicName, partition));
  return (
    named.length === wanted.size &&
    new Set(named).size === wanted.size &&
    named.every((key) => wanted.has(key))
  );
}

const keyOf = (topic: string, partition: number): string => `${topic}/${String(partition)}`;
