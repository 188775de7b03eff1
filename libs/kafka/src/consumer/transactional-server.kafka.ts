import { topics, type CollectorPayload, type EnrichedEvent } from '@headwater/contracts';
import { isUndecodable, type Batch, type Routed } from '@headwater/stage';
import { anEnrichedEvent } from '@headwater/testing';
import { eventually, Installation } from '../../kafka-tests/installation-setup';
import { TransactionalServer } from './transactional-server';

const copy = (batch: Batch<object>): Routed => ({
  outputs: batch.records.flatMap((record) =>
    isUndecodable(record) ? [] : [{ topic: topics.validEvents, value: record.value }],
  ),
  complete: () => [],
});

const events = (count: number, from = 0): EnrichedEvent[] =>
  Array.from({ length: count }, (_, index) => anEnrichedEvent({ event_id: `event-${String(from + index)}` }));

describe('a transactional stage', () => {
  let at: Installation;
  beforeEach(async () => {
    at = await Installation.create();
  });
  afterEach(async () => {
    await at.close();
    expect(at.fatal).toEqual([]);
  });

  it('copies every record once and keeps its partition', async () => {
    await at.produce(topics.enrichedEvents, events(3_000));
    await at.start(new TransactionalServer(at.options('validator')), topics.enrichedEvents, copy);
    await eventually(async () => (await at.lag('validator', topics.enrichedEvents)) === 0n, 'no lag');
    const input = await at.read(topics.enrichedEvents);
    const output = await at.read(topics.validEvents);
    expect(output.map((partition) => partition.map(({ key, value }) => [key, value]))).toEqual(
      input.map((partition) => partition.map(({ key, value }) => [key, value])),
    );
    expect(input.flat()).toHaveLength(3_000);
  });
});
