import type { Replay } from '@headwater/contracts';
import { aFailedEvent, BUILT_AT } from '@headwater/testing';
import type { StatusRow } from '../reading/failed-event-row';
import type { Cursor } from '../reading/failed-events';
import type { ReplayRun } from './replay-runs';
import { runReplays, type RunParts } from './run-replays';

const id = (number: number): string => `1b9dfc4e-0f6e-5c3a-8d5e-${String(number).padStart(12, '0')}`;
const row = (number: number, known: Partial<StatusRow> = {}): StatusRow => ({
  event: aFailedEvent({
    failed_id: id(number),
    collector_tstamp: BUILT_AT + number,
    parameters: { e: 'pv' },
  }),
  resolution: '',
  resolved_by: null,
  resolved_at: null,
  ...known,
});

const begun: ReplayRun = {
  runId: '5d0f0c0e-3a53-4c7e-9a53-0f1d1a7f4e26',
  status: 'running',
  startedAt: BUILT_AT,
  finishedAt: null,
  operator: 'jane@test',
  program: 'headwater-cli/test',
  filter: {},
  recipe: null,
  dryRun: false,
  selected: 0,
  sent: 0,
  refused: {},
  cursor: null,
};

/** A run over rows in memory: what it sent, recorded and slept. */
function bench(rows: readonly StatusRow[], known: Partial<RunParts> = {}) {
  const sent: Replay[] = [];
  const records: ReplayRun[] = [];
  const stop = new AbortController();
  let [time, slept] = [0, 0];
  const parts: RunParts = {
    page: (after: Cursor | null, limit) =>
      Promise.resolve(
        rows.filter(({ event }) => after === null || event.failed_id > after.failedId).slice(0, limit),
      ),
    recipe: null,
    markedPlacesOf: () => [],
    send: (replays) => {
      sent.push(...replays);
      return Promise.resolve();
    },
    record: (run) => {
      records.push(run);
      return Promise.resolve();
    },
    onProgress: () => undefined,
    now: () => time,
    sleep: (ms) => {
      time += ms;
      slept += ms;
      return Promise.resolve();
    },
    stop: stop.signal,
    ...known,
  };
  return { parts, sent, records, stop, slept: () => slept };
}
const rows = (count: number): readonly StatusRow[] =>
  Array.from({ length: count }, (_none, index) => row(index));
const idsOf = (replays: readonly Replay[]): readonly string[] => replays.map(({ failed_id }) => failed_id);

describe('a run of replays', () => {
  it('sends each event once, in order, with its own time, and ends finished', async () => {
    const { parts, sent, records } = bench(rows(25));
    const run = await runReplays(begun, { rate: 10, limit: 1_000 }, parts);
    expect(run).toMatchObject({ status: 'finished', selected: 25, sent: 25, refused: {} });
    expect(idsOf(sent)).toEqual(rows(25).map(({ event }) => event.failed_id));
    expect(sent[3]).toMatchObject({ collector_tstamp: BUILT_AT + 3, run_id: begun.runId, recipe: null });
    expect(records.map(({ status, sent: count }) => [status, count])).toEqual([
      ['running', 0],
      ['running', 10],
      ['running', 20],
      ['running', 25],
      ['finished', 25],
    ]);
  });

  it('keeps to the rate', async () => {
    const { parts, slept } = bench(rows(100));
    await runReplays(begun, { rate: 20, limit: 1_000 }, parts);
    expect(slept()).toBe(5_000);
  });

  it('stops at the limit', async () => {
    const { parts, sent } = bench(rows(100));
    expect(await runReplays(begun, { rate: 500, limit: 7 }, parts)).toMatchObject({
      status: 'finished',
      selected: 7,
    });
    expect(sent).toHaveLength(7);
  });

  it('counts what it does not send, by reason', async () => {
    const refused = row(5, {
      event: { ...row(5).event, replayable: false, not_replayable_reason: 'Too large.' },
    });
    const { parts, sent } = bench([
      row(1),
      row(2, { resolution: 'loaded', resolved_by: 'x' }),
      row(3, { resolution: 'failed_again', resolved_by: 'y' }),
      row(4, { resolution: 'loaded', resolved_by: 'x' }),
      refused,
    ]);
    const run = await runReplays(begun, { rate: 10, limit: 100 }, parts);
    expect(run.refused).toEqual({
      'It is resolved already: the event is in the table.': 2,
      'It failed again in a replay; replay the failed event that stands for it.': 1,
      'Too large.': 1,
    });
    expect(idsOf(sent)).toEqual([id(1)]);
  });

  it('is interrupted between two sendings, and goes on after what it sent', async () => {
    const all = rows(30);
    const first = bench(all);
    const interrupted = await runReplays(
      begun,
      { rate: 10, limit: 1_000 },
      {
        ...first.parts,
        onProgress: () => {
          first.stop.abort();
        },
      },
    );
    expect(interrupted).toMatchObject({ status: 'interrupted', sent: 10, cursor: { failedId: id(9) } });
    expect(first.records.at(-1)).toEqual(interrupted);
    const second = bench(all);
    expect(await runReplays(interrupted, { rate: 10, limit: 1_000 }, second.parts)).toMatchObject({
      status: 'finished',
      sent: 30,
    });
    expect(idsOf([...first.sent, ...second.sent])).toEqual(all.map(({ event }) => event.failed_id));
  });

  it('records that it failed, and where, when Kafka is gone; what was not acknowledged is sent again under the same id', async () => {
    const all = rows(20);
    const gone = bench(all, {
      send: (replays) =>
        idsOf(replays).includes(id(10)) ? Promise.reject(new Error('gone')) : Promise.resolve(),
    });
    await expect(runReplays(begun, { rate: 10, limit: 1_000 }, gone.parts)).rejects.toThrow('gone');
    const failed = gone.records.at(-1)!;
    expect(failed).toMatchObject({ status: 'failed', sent: 10, cursor: { failedId: id(9) } });
    const again = bench(all);
    await runReplays(failed, { rate: 10, limit: 1_000 }, again.parts);
    expect(idsOf(again.sent)).toEqual(all.slice(10).map(({ event }) => event.failed_id));
    const twice = bench(all);
    await runReplays(failed, { rate: 10, limit: 1_000 }, twice.parts);
    expect(twice.sent.map(({ replay_id }) => replay_id)).toEqual(
      again.sent.map(({ replay_id }) => replay_id),
    );
  });
});
