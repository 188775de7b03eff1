import type { Observation } from '../checks/check';
import { MONDAY } from '../testing/traffic';
import { DAY, MINUTE } from '../time';
import { Incidents } from './incidents';

const check = { name: 'volume', runbook: 'docs/runbooks/volume.md' };
const at = (minute: number): number => MONDAY + minute * MINUTE;

function observed(verdict: Observation['verdict'], minute: number, startedAt = at(0)): Observation {
  return {
    subject: { appId: 'shop', stage: 'enricher', series: 'total', aspect: 'count' },
    at: at(minute),
    verdict,
    describe: () => ({
      startedAt,
      severity: 'critical',
      observed: 1,
      expected: 2,
      low: 1.5,
      high: 2.5,
      unit: 'events a minute',
      summary: `It is ${verdict}.`,
      explanation: 'Because.',
    }),
  };
}

describe('Incidents', () => {
  const run = (incidents: Incidents, ...observations: readonly Observation[]) =>
    observations.flatMap((observation) => incidents.apply(check, observation));

  it('goes from pending to firing to resolved, and tells the last two', () => {
    const incidents = new Incidents(10 * MINUTE);
    expect(run(incidents, observed('ok', 0), observed('pending', 1))).toEqual([]);
    expect(incidents.list()).toMatchObject([{ state: 'pending', check: 'volume', appId: 'shop' }]);
    const [raised] = run(incidents, observed('deviates', 2), observed('deviates', 3));
    expect(raised).toMatchObject({
      state: 'firing',
      started_at: at(0),
      collector_tstamp: at(2),
      resolved_at: null,
      dedupe_key: 'volume|shop|enricher|total|count',
      runbook: check.runbook,
    });
    expect(run(incidents, observed('ok', 4), observed('ok', 13))).toEqual([]);
    expect(incidents.list()).toMatchObject([{ state: 'recovering' }]);
    const [resolved] = run(incidents, observed('ok', 14));
    expect(resolved).toMatchObject({
      state: 'resolved',
      started_at: at(0),
      resolved_at: at(4),
      dedupe_key: raised!.dedupe_key,
    });
    expect(incidents.list()).toEqual([]);
  });

  it('does not flap: a relapse within the recovery is the same incident, and begins the recovery anew', () => {
    const incidents = new Incidents(10 * MINUTE);
    const alerts = run(
      incidents,
      observed('deviates', 0),
      ...[1, 2, 3].map((minute) => observed('ok', minute)),
      observed('deviates', 4),
      observed('ok', 5),
      observed('pending', 6),
      observed('ok', 7),
      observed('ok', 16),
    );
    expect(alerts).toHaveLength(1);
    expect(run(incidents, observed('ok', 17))).toMatchObject([{ state: 'resolved', resolved_at: at(7) }]);
  });

  it('forgets a suspicion that comes to nothing, and learns nothing from what is unknown', () => {
    const incidents = new Incidents(0);
    expect(run(incidents, observed('pending', 0), observed('ok', 1), observed('unknown', 2))).toEqual([]);
    run(incidents, observed('deviates', 3), observed('unknown', 4));
    expect(incidents.list()).toMatchObject([{ state: 'firing' }]);
  });

  it('holds back what another alert tells of, until that has been over for a while', () => {
    const incidents = new Incidents(0);
    expect(run(incidents, observed('held', 0), observed('held', 1), observed('deviates', 2))).toEqual([]);
    expect(run(incidents, observed('ok', 3))).toEqual([]);
    expect(run(incidents, observed('held', 4), observed('deviates', 9))).toEqual([]);
    expect(run(incidents, observed('deviates', 10))).toMatchObject([{ state: 'firing' }]);
  });

  it('derives ids from key, state and start alone', () => {
    const raise = (start: number) => run(new Incidents(0), observed('deviates', 5, start))[0]!.alert_id;
    expect(raise(at(1))).toBe(raise(at(1)));
    expect(raise(at(1))).not.toBe(raise(at(2)));
  });

  it('takes up what an earlier life raised: neither raises it again nor forgets to resolve it', () => {
    const [raised] = run(new Incidents(0), observed('deviates', 0));
    const incidents = new Incidents(0);
    incidents.restore([raised!], () => check.runbook, at(1));
    expect(run(incidents, observed('ok', -2), observed('ok', -1), observed('ok', 0))).toEqual([]);
    expect(run(incidents, observed('deviates', 1, at(1)))).toEqual([]);
    const [resolved] = run(incidents, observed('ok', 2));
    expect(resolved).toMatchObject({
      state: 'resolved',
      dedupe_key: raised!.dedupe_key,
      started_at: at(0),
      severity: 'critical',
    });
  });

  it('tells after a silent replay what is firing and was never told', () => {
    const incidents = new Incidents(0);
    incidents.silenced(() => run(incidents, observed('deviates', 0)));
    expect(incidents.untold()).toMatchObject([{ state: 'firing' }]);
    expect(incidents.untold()).toEqual([]);
  });

  it('closes what nothing was heard of for a day, and says why', () => {
    const incidents = new Incidents(0);
    run(incidents, observed('deviates', 0));
    expect(incidents.expire(at(0) + DAY - 1, DAY)).toEqual([]);
    const [closed] = incidents.expire(at(0) + DAY, DAY);
    expect(closed).toMatchObject({ state: 'resolved' });
    expect(closed!.summary).toContain('no longer observed');
    expect(incidents.list()).toEqual([]);
  });
});
