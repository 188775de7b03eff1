import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@headwater/contracts';
import { InMemoryTopics } from '../testing/in-memory-topics';
import { noteAbsence, readWatched, Watcher } from './watcher';

const APP = 'verify-spec';
let folder: string;
let log: InMemoryTopics;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-watcher-'));
  log = new InMemoryTopics();
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const valid = (event_id: string, app_id = APP): void => {
  log.add(topics.validEvents, { app_id, event_id });
};
const watched = async (): Promise<readonly string[]> => {
  const lines: string[] = [];
  for await (const line of readWatched(folder))
    lines.push(
      line.kind === 'start' || line.kind === 'seen'
        ? `${line.kind} ${line.topic}/${String(line.partition)}@${line.offset} ${line.kind === 'seen' ? line.id : ''}`.trim()
        : JSON.stringify(line),
    );
  return lines;
};
/** Stays for as long as what is there takes. */
const briefly = (): Promise<void> => sleep(60);

describe('the reader that is there while things break', () => {
  it('notes where it begins, and what it sees of the app from there on', async () => {
    valid('before');
    const watcher = await Watcher.start(log.inspector, folder, APP);
    valid('a');
    valid('of-others', 'shop');
    log.addUndecodable(topics.validEvents);
    valid('b');
    log.add(topics.failedEvents, { app_id: APP, event_id: 'c', failed_id: 'f' });
    await watcher.end(briefly);
    expect([watcher.problem, watcher.seenCount]).toEqual([null, 3]);
    expect((await watched()).toSorted()).toEqual([
      'seen failed-events/0@0 f',
      'seen valid-events/0@1 a',
      'seen valid-events/0@4 b',
      'start collector-payloads/0@0',
      'start enriched-events/0@0',
      'start failed-events/0@0',
      'start valid-events/0@1',
      '{"kind":"end"}',
    ]);
  });

  it('says why it ended before it was told to, and that it saw nothing', async () => {
    log.denied.add('valid-events');
    const watcher = await Watcher.start(log.inspector, folder, APP);
    valid('a');
    await watcher.end(briefly);
    expect(watcher.problem?.message).toContain('valid-events cannot be read now');
    expect(watcher.seenCount).toBe(0);
    expect(await watched()).toContainEqual(
      expect.stringMatching(/"problem","topic":"valid-events","why":"valid-events cannot/),
    );
  });

  it('stays longer where something must come and nothing has', async () => {
    const watcher = await Watcher.start(log.inspector, folder, APP);
    let rests = 0;
    const slowly = (): Promise<void> => {
      rests += 1;
      if (rests === 3) valid('a');
      return briefly();
    };
    await watcher.end(slowly, true);
    expect([rests, watcher.seenCount]).toEqual([3, 1]);
  });

  it('does not stay for ever', async () => {
    const watcher = await Watcher.start(log.inspector, folder, APP);
    let rests = 0;
    await watcher.end(() => Promise.resolve(void (rests += 1)), true);
    expect([rests, watcher.seenCount]).toEqual([6, 0]);
  });

  it('leaves a note where there could be none', async () => {
    noteAbsence(folder, 'The brokers are away.');
    expect(await watched()).toEqual(['{"kind":"absent","why":"The brokers are away."}']);
  });

  it('reads what was noted, but for a line that was torn', async () => {
    const watcher = await Watcher.start(log.inspector, folder, APP);
    valid('a');
    await watcher.end(briefly);
    appendFileSync(join(folder, 'watched.ndjson'), '{"kind":"seen","topic":"valid-ev');
    expect((await watched()).filter((line) => line.startsWith('seen'))).toEqual(['seen valid-events/0@0 a']);
  });

  it('leaves nothing where nobody watched', async () => {
    expect(await watched()).toEqual([]);
  });
});
