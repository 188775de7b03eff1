import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headwaterCli } from '../cli';
import type { Headwater } from '../harness';

const EVENTS = 2000;

interface Report {
  readonly app: string;
  readonly sent: { readonly events: number; readonly accepted: number };
  readonly totals: Readonly<Record<string, number>>;
  readonly invariants: readonly {
    readonly id: string;
    readonly verdict: string;
    readonly examples: readonly string[];
  }[];
  readonly verdict: string;
}

export const verify = (installation: () => Headwater): void => {
  describe('headwater verify', () => {
    let headwater: Headwater;
    let app: string;
    const folder = mkdtempSync(join(tmpdir(), 'headwater-verify-'));
    const ledger = join(folder, 'run');

    const check = async (
      ...args: readonly string[]
    ): Promise<{ readonly code: number | null; readonly report: Report }> => {
      const { code, out, err } = await headwaterCli(headwater, [
        'verify',
        'check',
        '--ledger',
        ledger,
        '--json',
        ...args,
      ]);
      if (out === '') throw new Error(`headwater verify check ended with ${String(code)}: ${err}`);
      return { code, report: JSON.parse(out) as Report };
    };
    const broken = ({ invariants }: Report): readonly string[] =>
      invariants.filter(({ verdict }) => verdict === 'broken').map(({ id }) => id);

    beforeAll(() => {
      headwater = installation();
    });

    afterAll(async () => {
      await headwater.clickhouse.command({ query: 'SYSTEM START MERGES events_stored' });
      rmSync(folder, { recursive: true, force: true });
    });

    it('proves that a run was kept whole', async () => {
      const load = await headwaterCli(headwater, [
        ...['verify', 'load', '--collector', headwater.collectorUrl, '--ledger', ledger],
        ...[
          '--events',
          String(EVENTS),
          '--rate',
          '400',
          '--oversize-share',
          '0.002',
          '--seed',
          '5',
          '--json',
        ],
      ]);
      expect([load.code, load.err]).toEqual([0, '']);
      const last = JSON.parse(load.out.trimEnd().split('\n').at(-1) ?? '') as Readonly<
        Record<string, number>
      >;
      expect(last).toMatchObject({ events: EVENTS, accepted: EVENTS, refused: 0, unknown: 0, inFlight: 0 });

      const { code, report } = await check('--scan', headwater.pipeline.service('collector').logFile);
      expect(report.invariants.filter(({ verdict }) => verdict !== 'holds')).toEqual([
        expect.objectContaining({ id: 'I10', verdict: 'not checked' }),
      ]);
      expect([code, report.verdict]).toEqual([0, 'holds']);
      ({ app } = report);
      expect(report.sent).toMatchObject({ events: EVENTS, accepted: EVENTS });
    }, 180_000);

    it('still says what ClickHouse alone shows', async () => {
      const { code, report } = await check('--no-kafka');
      expect(code).toBe(0);
      const verdicts = Object.fromEntries(report.invariants.map(({ id, verdict }) => [id, verdict]));
      expect(verdicts).toMatchObject({
        I1: 'holds',
        I2: 'holds',
        I4: 'holds',
        I5: 'holds',
        I7: 'not checked',
        I9: 'not checked',
      });
    }, 120_000);

    it('finds a row that is gone, and a row that is there twice', async () => {
      const [lost] = await headwater.query<{ event_id: string }>(
        "SELECT toString(event_id) AS event_id FROM events_stored WHERE app_id = {app:String} AND duplicate_of = '' AND event_name = 'page_view' LIMIT 1",
        { app },
      );
      await headwater.clickhouse.command({
        query: 'ALTER TABLE events_stored DELETE WHERE event_id = {id:UUID}',
        query_params: { id: lost?.event_id },
        clickhouse_settings: { mutations_sync: '2' },
      });
      const afterLoss = await check();
      expect([afterLoss.code, broken(afterLoss.report), afterLoss.report.totals['lost']]).toEqual([
        1,
        ['I1'],
        1,
      ]);
      expect(afterLoss.report.invariants[0]?.examples[0]).toContain('the loader lost it');

      await headwater.clickhouse.command({ query: 'SYSTEM STOP MERGES events_stored' });
      await headwater.clickhouse.command({
        query: `INSERT INTO events_stored SELECT * FROM events_stored
              WHERE app_id = {app:String} AND event_name = 'page_ping' AND duplicate_of = '' LIMIT 1`,
        query_params: { app },
        clickhouse_settings: { insert_deduplicate: 0 },
      });
      const afterCopy = await check();
      expect([afterCopy.code, broken(afterCopy.report)]).toEqual([1, ['I1', 'I2']]);
      expect(afterCopy.report.totals).toMatchObject({ lost: 1, duplicated: 1, both: 0, phantom: 0 });
    }, 180_000);
  });
};
