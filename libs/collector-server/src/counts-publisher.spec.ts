import { createKit } from '@headwater/service-kit';
import { MemoryWriter } from './collector.fixture';
import { CountsPublisher } from './counts-publisher';
import { RequestCounts } from './request-counts';

const MINUTE = 60_000;
const NOON = 1_700_000_040_000;

function publisherAt(clock: { now: number }): {
  counts: RequestCounts;
  writer: MemoryWriter;
  publisher: CountsPublisher;
} {
  const counts = new RequestCounts('pod-1');
  const writer = new MemoryWriter();
  const { log } = createKit('collector', 'silent');
  return { counts, writer, publisher: new CountsPublisher(counts, writer, log, () => clock.now) };
}

describe('CountsPublisher', () => {
  it('writes a minute without requests once, so that silence can be told from absence', async () => {
    const clock = { now: NOON };
    const { writer, publisher } = publisherAt(clock);
    await publisher.publish();
    clock.now = NOON + 15_000;
    await publisher.publish();
    clock.now = NOON + MINUTE;
    await publisher.publish();
    expect(writer.counts.map(({ collector_tstamp, in_count }) => [collector_tstamp, in_count])).toEqual([
      [NOON, 0],
      [NOON + MINUTE, 0],
    ]);
  });

  it('sends again what could not be written, under the same id, and what was counted meanwhile', async () => {
    const clock = { now: NOON };
    const { counts, writer, publisher } = publisherAt(clock);
    counts.at(NOON).written(1);
    writer.mode = 'refuse';
    await publisher.publish();
    counts.at(NOON).written(1);
    await publisher.publish();
    writer.mode = 'take';
    await publisher.publish();
    await publisher.publish();
    expect(writer.counts.map(({ source, out_count }) => [source, out_count])).toEqual([
      ['collector/pod-1/1', 1],
      ['collector/pod-1/2', 1],
    ]);
  });

  it('writes what is left when it stops, after an attempt that is under way', async () => {
    const { counts, writer, publisher } = publisherAt({ now: NOON });
    counts.at(NOON).written(1);
    writer.mode = 'hold';
    void publisher.publish();
    counts.at(NOON).written(1);
    const stopped = publisher.stop();
    writer.mode = 'take';
    writer.held[0]?.();
    await stopped;
    expect(writer.counts.map(({ out_count }) => out_count)).toEqual([1, 1]);
  });
});
