import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { aclsOf, allows, groupOf, topics } from '@headwater/contracts';
import { SeenInput, SeenRecords, type Facts, type Look } from '@headwater/verification';
import { anAcceptedRun } from '../testing/a-run';
import { InMemoryTopics } from '../testing/in-memory-topics';
import {
  lagNow,
  observeInput,
  observeTopics,
  readingServices,
  scanPayloads,
  targetsNow,
} from './topic-records';
import { noteAbsence, Watcher } from './watcher';

const { plan, facts, event } = anAcceptedRun();

let folder: string;
let log: InMemoryTopics;
let seen: SeenRecords;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-records-'));
  log = new InMemoryTopics();
  seen = new SeenRecords(facts);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('how far the stages are', () => {
  it('is asked of each service that the topic table lets read, and the verifier may ask it', () => {
    expect(readingServices).toEqual(['enricher', 'validator', 'loader', 'quality-monitor']);
    for (const name of readingServices)
      expect(
        allows(aclsOf('verifier'), { resource: 'group', name: groupOf(name), operation: 'describe' }),
      ).toBe(true);
  });

  it('is what was there when the check began, and is not done', async () => {
    for (let number = 0; number < 3; number += 1) log.add(topics.validEvents, event(number));
    log.add(topics.enrichedEvents, event(0));
    log.add(topics.stageCounts, event(0));
    const targets = await targetsNow(log.inspector, readingServices);
    // What comes afterwards does not count.
    log.add(topics.validEvents, event(0));
    log.commit('loader', topics.validEvents, 1n);
    log.commit('validator', topics.enrichedEvents, 9n);
    log.commit('loader', topics.stageCounts, 1n);
    const left = (await lagNow(log.inspector, targets, readingServices)).filter((one) => one.left > 0);
    expect(left).toEqual([
      { group: 'loader', topic: 'valid-events', partition: 0, left: 2 },
      { group: 'quality-monitor', topic: 'stage-counts', partition: 0, left: 1 },
    ]);
  });

  it('does not wait for what retention removed', async () => {
    for (let number = 0; number < 3; number += 1) log.add(topics.validEvents, event(number));
    log.expire(topics.validEvents, 2n);
    const targets = await targetsNow(log.inspector, readingServices);
    const left = await lagNow(log.inspector, targets, readingServices);
    expect(left.find(({ topic }) => topic === 'valid-events')).toMatchObject({ left: 1 });
  });
});

describe('observeTopics', () => {
  /** What the check knows of the reader of a run. */
  const readerOf = async (of: Facts): Promise<Look<true>> => {
    const records = new SeenRecords(of);
    await observeTopics(log.inspector, folder, of, records);
    return records.watch.reader;
  };
  const failed = (why: RegExp): object => ({ kind: 'failed', why: expect.stringMatching(why) as string });

  it('counts each record of the run, and names those of nobody', async () => {
    log.add(topics.validEvents, event(0));
    log.add(topics.validEvents, event(1, { app_id: 'shop' }));
    log.addUndecodable(topics.validEvents);
    log.add(topics.validEvents, event(1));
    log.add(topics.validEvents, event(1));
    log.add(topics.validEvents, event(2, { event_id: '3b9dfc4e-0f6e-4c3a-8d5e-6a1f2b3c4d5e' }));
    await observeTopics(log.inspector, folder, facts, seen);
    expect([[...seen.validCopies], seen.validCount, seen.strangers.count]).toEqual([[1, 2, 0], 4, 1]);
    expect(seen.strangers.examples[0]).toContain('topic valid-events, 0/5');
  });

  it('finds an address in a failed event, and says where', async () => {
    log.add(topics.failedEvents, {
      app_id: plan.app,
      failed_id: 'f',
      event_id: null,
      parameters: { page: 'x', url: 'http://198.18.3.4/' },
      useragent: '',
      stage: 'enricher',
    });
    await observeTopics(log.inspector, folder, facts, seen);
    expect(seen.leaks.examples).toEqual(['topic failed-events, 0/0: 198.18.3.4 (text)']);
    expect(seen.failedByStage).toEqual(new Map([['enricher', 1]]));
  });

  it('finds an address in a valid event', async () => {
    log.add(topics.validEvents, event(0, { se_label: 'c6.12.03.04', true_tstamp: 3n }));
    await observeTopics(log.inspector, folder, facts, seen);
    expect(seen.leaks.examples).toEqual(['topic valid-events, 0/0: c6.12.03.04 (hex)']);
  });

  it('says how the reader ended', async () => {
    const watcher = await Watcher.start(log.inspector, folder, plan.app);
    await watcher.end(() => sleep(10));
    expect(await readerOf(facts)).toEqual({ kind: 'seen', value: true });

    const lines = readFileSync(join(folder, 'watched.ndjson'), 'utf8');
    writeFileSync(join(folder, 'watched.ndjson'), lines.replace('{"kind":"end"}\n', ''));
    expect(await readerOf(facts)).toMatchObject(failed(/did not stay to the end of the load: its notes/));
    // Both were killed: it was there as long as the load.
    const killed = anAcceptedRun().facts;
    killed.hasEnded = false;
    expect(await readerOf(killed)).toEqual({ kind: 'seen', value: true });

    const problem = { kind: 'problem', topic: 'valid-events', why: 'Retention removed it.' };
    appendFileSync(join(folder, 'watched.ndjson'), `${JSON.stringify(problem)}\n{"kind":"end"}\n`);
    expect(await readerOf(facts)).toMatchObject(
      failed(/did not stay to the end of the load: Retention removed it\. .*make another run$/),
    );
  });

  it('tells a reader that could not begin from one that nobody wanted', async () => {
    expect(await readerOf(facts)).toMatchObject({
      kind: 'not looked at',
      why: expect.stringContaining('--no-watch') as string,
    });
    noteAbsence(folder, 'The brokers are away.');
    expect(await readerOf(facts)).toMatchObject(
      failed(/^nobody read .* though that was wanted: The brokers are away\. .*make another run$/),
    );
  });

  it('knows what a reader misses that saw the end of a partition alone', async () => {
    const watcher = await Watcher.start(log.inspector, folder, plan.app);
    await watcher.end(() => sleep(10));
    log.add(topics.validEvents, event(0));
    log.add(topics.validEvents, event(1));
    const { event_id: id } = event(1) as { readonly event_id: string };
    const line = { kind: 'seen', topic: 'valid-events', partition: 0, offset: '1', id };
    appendFileSync(join(folder, 'watched.ndjson'), `${JSON.stringify(line)}\n`);
    await observeTopics(log.inspector, folder, facts, seen);
    expect([seen.watch.missed.examples, seen.watch.undone.count]).toEqual([
      ['valid-events/0: the reader did not see offset 0'],
      0,
    ]);
  });

  it('lays what a reader saw against what is there, from where it began', async () => {
    log.add(topics.validEvents, event(0));
    const watcher = await Watcher.start(log.inspector, folder, plan.app);
    log.add(topics.validEvents, event(1));
    log.add(topics.validEvents, event(2));
    await watcher.end(() => sleep(60));
    await observeTopics(log.inspector, folder, facts, seen);
    expect([seen.watch.watchedCount, seen.watch.undone.count, seen.watch.missed.count]).toEqual([2, 0, 0]);

    // The same reader over a log in which what it saw was undone.
    const undone = new InMemoryTopics();
    undone.add(topics.validEvents, event(0));
    undone.add(topics.validEvents, event(1));
    const after = new SeenRecords(facts);
    await observeTopics(undone.inspector, folder, facts, after);
    expect(after.watch.undone.count).toBe(1);
  });

  it('says that it may not', async () => {
    log.denied.add('failed-events');
    await expect(observeTopics(log.inspector, folder, facts, seen)).rejects.toThrow(
      'failed-events cannot be read',
    );
  });
});

it('observeInput counts what came into the validator', async () => {
  log.add(topics.enrichedEvents, event(2));
  log.add(topics.enrichedEvents, event(2));
  log.add(topics.enrichedEvents, event(0, { app_id: 'shop' }));
  const came = new SeenInput(facts);
  await observeInput(log.inspector, folder, facts, came);
  expect([...came.copies]).toEqual([0, 0, 2]);
});

it('observeInput finds an address, but for what a person typed', async () => {
  log.add(topics.enrichedEvents, { ...event(2), se_label: '198.18.3.4', page_referrer: '198.18.200.1' });
  const came = new SeenInput(facts);
  await observeInput(log.inspector, folder, facts, came);
  expect(came.leaks.examples).toEqual(['topic enriched-events, 0/0: 198.18.3.4 (text)']);
});

it('scanPayloads lets cut addresses pass, and whole ones not, of the run alone', async () => {
  const payload = (ip: string): object => ({ ip_address: ip, body: Buffer.from('{}') });
  const hour = 3_600_000;
  log.add(topics.collectorPayloads, payload('198.18.3.4'), hour);
  log.add(topics.collectorPayloads, payload('198.18.3.0'), 2 * hour);
  // The clock of this collector is a minute behind ours.
  log.add(topics.collectorPayloads, payload('198.18.3.5'), 2 * hour - 60_000);
  expect(await scanPayloads(log.inspector, folder, 2 * hour)).toEqual([
    { where: 'topic collector-payloads, 0/2', encoding: 'text', found: '198.18.3.5' },
  ]);
});

it('scanPayloads goes by no clock where the end of the topic was noted', async () => {
  const payload = (ip: string): object => ({ ip_address: ip, body: null });
  log.add(topics.collectorPayloads, payload('198.18.3.4'), 1e12);
  const watcher = await Watcher.start(log.inspector, folder, plan.app);
  log.add(topics.collectorPayloads, payload('198.18.3.5'), 0);
  await watcher.end(() => sleep(10));
  expect(await scanPayloads(log.inspector, folder, 1e12)).toEqual([
    { where: 'topic collector-payloads, 0/1', encoding: 'text', found: '198.18.3.5' },
  ]);
});
