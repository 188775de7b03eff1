import { topics, type EnrichedEvent, type FailedEvent, type SelfDescribing } from '@headwater/contracts';
import { folderSource, shippedSchemas } from '@headwater/look-ups';
import type { Batch } from '@headwater/stage';
import { anEnrichedEvent, BUILT_AT } from '@headwater/testing';
import { SchemaResolver, type SchemaSource } from '@headwater/validation';
import { DuplicateWindows } from './duplicate-windows';
import { ValidatorController } from './validator.controller';

const webPage = (data: object): SelfDescribing => ({
  vendor: 'com.snowplowanalytics.snowplow',
  name: 'web_page',
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition: 0,
  data: JSON.stringify(data),
});

const batchOf = (first: number, ...events: readonly EnrichedEvent[]): Batch<EnrichedEvent> => ({
  topic: topics.enrichedEvents,
  partition: 0,
  first: BigInt(first),
  next: BigInt(first + events.length),
  records: events.map((value, index) => ({ offset: BigInt(first + index), timestamp: BUILT_AT, value })),
  lag: 0,
});

async function controller(...more: readonly SchemaSource[]) {
  const windows = new DuplicateWindows({ windowMs: 3_600_000, maxEvents: 1_000, seed: [1, 2] });
  const tail = { end: 0n, offsetAt: () => Promise.resolve(0n), read: () => (async function* () {})() };
  await windows.assigned({ partition: 0, tail });
  const onRepeat = jest.fn();
  const resolver = new SchemaResolver({
    sources: [folderSource(shippedSchemas(), 0), ...more],
    maxSchemas: 100,
    foundTtlMs: 600_000,
    missingTtlMs: 30_000,
    clock: () => performance.now(),
  });
  const under = new ValidatorController({
    processor: 'headwater-validator/0.1.0',
    windows,
    resolver,
    onRepeat,
  });
  const run = async (batch: Batch<EnrichedEvent>) => {
    const { outputs } = await under.onBatch(batch);
    return outputs.map(({ topic, value }) => ({
      topic: topic.name,
      value: value as EnrichedEvent & FailedEvent,
    }));
  };
  return { run, onRepeat };
}

const id = '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10';
const good = anEnrichedEvent({ contexts: [webPage({ id })] });
const bad = anEnrichedEvent({
  event_id: '00000000-0000-4000-8000-000000000001',
  contexts: [webPage({ id: 'no uuid' })],
});

describe('the validator', () => {
  it('sends good events on and bad ones to the dead-letter topic, by the schemas that come with it', async () => {
    const { run } = await controller();
    const [valid, failed] = await run(batchOf(0, good, bad));
    expect(valid).toEqual({ topic: 'valid-events', value: good });
    expect(failed?.topic).toBe('failed-events');
    expect(failed?.value.failures).toEqual([
      expect.objectContaining({
        field: 'contexts[0]',
        path: '/id',
        keyword: 'pattern',
        source: 'contextSchemas',
      }),
    ]);
  });

  it('fails an event whose schema nobody has', async () => {
    const { run } = await controller();
    const [failed] = await run(
      batchOf(0, anEnrichedEvent({ contexts: [{ ...webPage({}), name: 'nobody' }] })),
    );
    expect(failed?.value.failures?.[0]?.message).toMatch(/which nobody has. Asked: folder .*schemas/);
  });

  it('fails no event when a registry is down, and judges the batch as if nothing had been once it is back', async () => {
    let answer: 'down' | 'missing' = 'down';
    const { run, onRepeat } = await controller({
      name: 'central',
      priority: 10,
      vendorPrefixes: [],
      fetch: () =>
        Promise.resolve(answer === 'down' ? { kind: 'unreachable', reason: 'is down' } : { kind: 'missing' }),
    });
    const unknown = anEnrichedEvent({ contexts: [{ ...webPage({}), vendor: 'com.acme' }] });
    await expect(run(batchOf(0, good, unknown))).rejects.toMatchObject({
      code: 'E_SCHEMA_REGISTRY_UNAVAILABLE',
      retriable: true,
    });
    answer = 'missing';
    const other = { ...unknown, event_id: '00000000-0000-4000-8000-000000000002' };
    expect((await run(batchOf(0, good, other))).map(({ topic }) => topic)).toEqual([
      'valid-events',
      'failed-events',
    ]);
    expect(onRepeat).not.toHaveBeenCalled();
  });

  it('gives the same answer to a batch that comes again, and drops the copy in the next', async () => {
    const { run, onRepeat } = await controller();
    const first = await run(batchOf(0, good));
    expect(await run(batchOf(0, good))).toEqual(first);
    expect(await run(batchOf(1, good))).toEqual([]);
    expect(onRepeat.mock.calls).toEqual([['duplicate']]);
  });
});
