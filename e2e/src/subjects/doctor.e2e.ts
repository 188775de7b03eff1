import { randomUUID } from 'node:crypto';
import { headwaterCli } from '../cli';
import { eventually, type Headwater } from '../harness';

interface Finding {
  readonly state: 'ok' | 'warning' | 'problem' | 'not checked';
  readonly subject: string;
  readonly seen: string;
  readonly next: string | null;
  readonly runbook: string;
}

interface Report {
  readonly code: number | null;
  readonly findings: readonly Finding[];
  readonly out: string;
}

/** @param installation one that has had no failed events and no trouble so far */
export const doctor = (installation: () => Headwater): void => {
  describe('headwater doctor', () => {
    let headwater: Headwater;

    beforeAll(async () => {
      headwater = installation();
      await send('doctor');
      await eventually(
        () => headwater.eventsOf('doctor'),
        (events) => events.size === 1,
      );
      await eventually(
        () => headwater.query<{ n: number }>('SELECT toUInt32(count()) AS n FROM stage_counts'),
        ([row]) => (row?.n ?? 0) > 0,
      );
    });

    /** One event; sent until it is accepted, as trackers do. It has an id, so that copies become one. */
    const send = async (appId: string): Promise<void> => {
      const url = `${headwater.collectorUrl}/i?e=pv&p=web&tv=test-1&aid=${appId}&eid=${randomUUID()}&url=https%3A%2F%2Fshop.example%2F`;
      await eventually(
        async () => (await fetch(url)).status,
        (status) => status === 200,
      );
    };

    const examine = async (env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): Promise<Report> => {
      const { code, out } = await headwaterCli(headwater, ['doctor', '--json', ...args], { env });
      const { checks } = JSON.parse(out) as { checks: readonly { findings: readonly Finding[] }[] };
      return { code, out, findings: checks.flatMap(({ findings }) => findings) };
    };

    const services = (): string => [...headwater.pipeline.services.values()].map(({ url }) => url).join(',');

    it('finds nothing wrong with an installation that is well', async () => {
      // On a machine that is busy with other things, a part may not answer within the doctor's patience: that is told, and passes.
      const { code, findings } = await eventually(
        () => examine({}, ['--service', services()]),
        (report) => report.code === 0,
        90_000,
      );
      expect(findings.filter(({ state }) => state === 'problem' || state === 'not checked')).toEqual([]);
      // The country database that comes with this version ages by itself.
      const warnings = findings.filter(
        ({ state, subject }) =>
          state === 'warning' && !subject.endsWith('.mmdb') && !subject.startsWith('country database '),
      );
      expect(warnings).toEqual([]);
      expect(code).toBe(0);
      const subjects = findings.map(({ subject }) => subject);
      expect(subjects).toEqual(
        expect.arrayContaining([
          'cluster',
          'topic valid-events',
          'subject replays-value',
          'migrations',
          'table events_stored',
          'clock of clickhouse',
          'group loader',
          'table stage_counts',
          'last hour',
          `service ${headwater.collectorUrl}`,
        ]),
      );
    });

    it('names a stage that stopped, with what waits for it', async () => {
      const validator = headwater.pipeline.service('validator');
      await validator.stop();
      await send('stopped');
      const found = await eventually(
        () => examine({}, ['--service', validator.url]),
        ({ findings }) =>
          findings.some(({ subject, state }) => subject === 'group validator' && state === 'problem'),
        90_000,
      );
      expect(found.code).toBe(1);
      const problems = found.findings.filter(({ state }) => state === 'problem');
      expect(problems.map(({ subject }) => subject)).toEqual(
        expect.arrayContaining(['group validator', `service ${validator.url}`]),
      );
      expect(problems.find(({ subject }) => subject === 'group validator')).toMatchObject({
        seen: expect.stringMatching(/stands still in enriched-events\//) as string,
        runbook: 'docs/runbooks/lag.md',
      });
      await validator.start();
      await eventually(
        () => headwater.eventsOf('stopped'),
        (events) => events.size === 1,
      );
    });

    it('names a table that was changed by hand, one that is gone, and a window that was closed', async () => {
      await headwater.clickhouse.command({
        query: 'ALTER TABLE quality_alerts_stored RENAME COLUMN summary TO abstract',
      });
      await headwater.clickhouse.command({
        query: 'ALTER TABLE stage_counts_stored MODIFY SETTING non_replicated_deduplication_window = 0',
      });
      const { code, findings } = await examine();
      expect(code).toBe(1);
      const problems = findings.filter(({ state }) => state === 'problem');
      expect(problems).toEqual([
        expect.objectContaining({
          subject: 'tables',
          seen: expect.stringMatching(/quality_alerts_stored .*summary is missing/) as string,
        }),
        expect.objectContaining({ subject: 'table stage_counts_stored' }),
      ]);
      const remedy = problems.at(-1)?.next ?? '';
      expect(remedy).toMatch(/^ALTER TABLE stage_counts_stored MODIFY SETTING/);
      // What it says is to be done does it.
      await headwater.clickhouse.command({ query: remedy });
      await headwater.clickhouse.command({
        query: 'ALTER TABLE quality_alerts_stored RENAME COLUMN abstract TO summary',
      });
      expect((await examine()).findings.filter(({ state }) => state === 'problem')).toEqual([]);
    });

    it('says of everything that it is down, within seconds, and gives no secret away', async () => {
      const nobody = '127.0.0.1:9';
      const started = performance.now();
      const { code, findings, out } = await examine({
        KAFKA__BROKERS: nobody,
        KAFKA__SASL__MECHANISM: 'plain',
        KAFKA__SASL__USERNAME: 'jane',
        KAFKA__SASL__PASSWORD: 'hush-kafka',
        REGISTRY__URL: `http://${nobody}/apis`,
        REGISTRY__USERNAME: 'jane',
        REGISTRY__PASSWORD: 'hush-registry',
        CLICKHOUSE__URL: `http://${nobody}`,
        CLICKHOUSE__PASSWORD: 'hush-clickhouse',
        ADMIN__TOKEN: 'hush-admin',
      });
      expect(performance.now() - started).toBeLessThan(25_000);
      expect(code).toBe(1);
      expect(findings.filter(({ state }) => state === 'problem').map(({ subject }) => subject)).toEqual([
        `broker ${nobody}`,
        expect.stringMatching(/^registry /),
        `clickhouse http://${nobody}`,
      ]);
      expect(out).not.toContain('hush');
    });

    it('refuses an address that holds a password, and does not show it', async () => {
      const env = { REGISTRY__URL: 'http://jane:hush-url@127.0.0.1:9/apis' };
      const { code, out, err } = await headwaterCli(headwater, ['doctor'], { env });
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('REGISTRY__USERNAME');
      expect(err).not.toContain('hush');
    });
  });
};
