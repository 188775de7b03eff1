import { topics, type Topic } from '@headwater/contracts';
import type { PartitionBounds, PartitionLag } from '@headwater/kafka';
import { pino } from 'pino';
import { Links } from './links';

/** Answers, and writes down what it was asked; every answer is later than the one before. */
function kafka() {
  const asked: string[] = [];
  let clock = 0n;
  const lagOf = (topic: Topic, partition: number, committed: bigint | null): PartitionLag => ({
    topic,
    partition,
    committed,
    metadata: null,
    start: 2n,
    stableEnd: 50n,
    lag: 0n,
  });
  const answered = async <T>(question: string, answer: () => T): Promise<T> => {
    asked.push(`? ${question}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    asked.push(`! ${question}`);
    return answer();
  };
  return {
    asked,
    close: () => Promise.resolve(),
    bounds: ({ name }: Topic): Promise<readonly PartitionBounds[]> =>
      answered(name, () => [{ partition: 0, start: 0n, stableEnd: 0n, end: (clock += 10n) }]),
    lag: (service: string): Promise<readonly PartitionLag[]> =>
      answered(service, () => {
        clock += 10n;
        if (service === 'quality-monitor')
          return [0, 1].map((partition) => lagOf(topics.stageCounts, partition, clock));
        return [
          lagOf(topics.validEvents, 0, clock),
          lagOf(topics.validEvents, 1, null),
          lagOf(topics.failedEvents, 2, clock),
        ];
      }),
  };
}

describe('Links', () => {
  const log = pino({ level: 'silent' });

  it('asks in the order in which the answers mean something', async () => {
    const positions = kafka();
    const [seen] = await new Links({
      positions,
      now: () => 7,
      holds: () => true,
      log,
    }).look(new Set(['loader']));
    expect(positions.asked).toEqual(
      ['valid-events', 'loader', 'stage-counts', 'quality-monitor'].flatMap((each) => [
        `? ${each}`,
        `! ${each}`,
      ]),
    );
    expect(seen).toEqual({
      link: 'loader',
      at: 7,
      ends: new Map([[0, 10n]]),
      // Of its other topics nothing, and the start of the log where nothing was committed.
      committed: new Map([
        [0, 20n],
        [1, 2n],
      ]),
      countsEnds: new Map([[0, 30n]]),
      countsRead: new Map([
        [0, 40n],
        [1, 40n],
      ]),
    });
  });

  it('says nothing where another process reads a part of the counts', async () => {
    const links = new Links({ positions: kafka(), now: () => 7, holds: (partition) => partition !== 0, log });
    expect(await links.look(new Set(['loader']))).toEqual([]);
  });

  it('looks at several links at once, all topics before all groups', async () => {
    const positions = kafka();
    const seen = await new Links({ positions, now: () => 7, holds: () => true, log }).look(
      new Set(['enricher', 'validator']),
    );
    expect(seen.map(({ link }) => link)).toEqual(['enricher', 'validator']);
    expect(positions.asked.slice(0, 8).map((each) => each.slice(2))).toEqual(
      ['collector-payloads', 'enriched-events', 'collector-payloads', 'enriched-events'].concat([
        'enricher',
        'validator',
        'enricher',
        'validator',
      ]),
    );
  });
});
