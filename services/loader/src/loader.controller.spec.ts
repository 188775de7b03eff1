import 'reflect-metadata';
import { topics, type Topic } from '@headwater/contracts';
import { tables } from '@headwater/loading';
import type { Batch } from '@headwater/stage';
import { Registry } from 'prom-client';
import type { Loader } from './loader';
import { LoaderController } from './loader.controller';
import { LoaderMetrics } from './loader-metrics';

/** The handlers of the controller, by the topic that Nest will give each. */
const handlers = Object.entries(Object.getOwnPropertyDescriptors(LoaderController.prototype)).flatMap(
  ([, { value }]) => {
    const patterns = Reflect.getMetadata('microservices:pattern', value as object) as
      readonly string[] | undefined;
    return (patterns ?? []).map((topic) => ({ topic, handle: value as (batch: unknown) => Promise<void> }));
  },
);

describe('LoaderController', () => {
  it('has a handler for every topic that the loader reads, and for no other', () => {
    const read = Object.values<Topic>(topics).filter(({ readers }) => readers.includes('loader'));
    expect(handlers.map(({ topic }) => topic).sort()).toEqual(read.map(({ name }) => name).sort());
  });

  it.each([
    [topics.validEvents, 'events', undefined],
    [topics.failedEvents, 'failedEvents', undefined],
    [topics.stageCounts, 'records', tables.stageCounts],
    [topics.qualityAlerts, 'records', tables.qualityAlerts],
  ] as const)('loads $name, and counts a batch that was begun before', async (topic, method, table) => {
    const loaded: unknown[] = [];
    const load =
      (name: string) =>
      (...given: readonly unknown[]): Promise<void> => {
        loaded.push([name, ...given]);
        return Promise.resolve();
      };
    const loader = { events: load('events'), failedEvents: load('failedEvents'), records: load('records') };
    const registry = new Registry();
    const controller = new LoaderController(loader as unknown as Loader, new LoaderMetrics(registry));
    const batch: Batch<object> & { recovered: boolean } = {
      topic,
      partition: 0,
      first: 0n,
      next: 0n,
      records: [],
      lag: 0,
      recovered: true,
    };
    await handlers.find((one) => one.topic === topic.name)?.handle.call(controller, batch);
    expect(loaded).toEqual([[method, batch, ...(table ? [table] : [])]]);
    const view = Object.values(tables).find((one) => one.topic === topic)?.view ?? '';
    expect(await registry.metrics()).toContain(`headwater_batches_recovered_total{table="${view}"} 1`);
  });
});
