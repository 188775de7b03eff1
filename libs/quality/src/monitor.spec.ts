import type { QualityAlert, StageCounts } from '@headwater/contracts';
import { gapSummary } from '@headwater/stage';
import type { QualityMonitor } from './monitor';
import { negativeBinomial, seeded } from './testing/random';
import { aMonitor, namesOf, play, summariesOf, type MinuteOfPipeline } from './testing/pipeline';
import { MONDAY, shapeOf } from './testing/traffic';
import { HOUR, MINUTE, WEEK } from './time';

const settings = { recoveryMinutes: 10 };
const LEARNED = MONDAY + 3 * WEEK + 10 * HOUR;

/** Two apps with a daily and weekly rhythm. The same minute always holds the same events. */
function eventsAt(at: number): { shop: Record<string, number>; blog: Record<string, number> } {
  const random = seeded(Math.floor(at / MINUTE));
  const draw = (rate: number): number => negativeBinomial(rate * shapeOf(at), 0.0025, random);
  return {
    shop: { page_view: draw(400), add_to_cart: draw(60) },
    blog: { page_view: draw(120) },
  };
}

type Fault = (minute: MinuteOfPipeline) => MinuteOfPipeline;
const healthy: Fault = (minute) => minute;

function* minutes(from: number, count: number, fault: Fault = healthy): Iterable<readonly StageCounts[]> {
  for (let index = 0; index < count; index += 1) {
    const at = from + index * MINUTE;
    yield summariesOf(fault({ at, events: eventsAt(at) }));
  }
}

const scaled = (events: Readonly<Record<string, number>>, factor: number): Record<string, number> =>
  Object.fromEntries(Object.entries(events).map(([name, count]) => [name, Math.round(count * factor)]));

const shopFallsTo =
  (factor: number): Fault =>
  (minute) => ({
    ...minute,
    events: { ...minute.events, shop: scaled(minute.events['shop'] ?? {}, factor) },
  });

/** Three weeks, and of each the part that the tests play in: Monday from 09:00 to 12:00. */
const history = [0, 1, 2, 3].flatMap((week) => {
  const from = MONDAY + week * WEEK + 9 * HOUR;
  const end = Math.min(LEARNED, from + 3 * HOUR);
  return [...minutes(from, (end - from) / MINUTE)].flat();
});

/** A monitor that has learned until LEARNED. */
function learned(given: Record<string, unknown> = settings): QualityMonitor {
  const monitor = aMonitor(given);
  monitor.learn(history);
  expect(monitor.begin(LEARNED, [], LEARNED)).toEqual([]);
  return monitor;
}

const alertsAbout = (alerts: readonly QualityAlert[], check: string): readonly QualityAlert[] =>
  alerts.filter((alert) => alert.check === check);

describe('QualityMonitor', () => {
  it('raises nothing in ordinary traffic', () => {
    expect(namesOf(play(learned(), minutes(LEARNED, 110), LEARNED))).toEqual([]);
  });

  it('raises a volume drop within minutes, in words, and resolves it', () => {
    const monitor = learned();
    const before = play(monitor, minutes(LEARNED, 5), LEARNED);
    const start = LEARNED + 5 * MINUTE;
    const during = play(monitor, minutes(start, 15, shopFallsTo(0.38)), start);
    const after = play(monitor, minutes(start + 15 * MINUTE, 30), start + 15 * MINUTE);
    expect(before).toEqual([]);
    expect(namesOf(during)).toEqual(['volume firing shop/total']);
    expect(namesOf(after)).toEqual(['volume resolved shop/total']);
    const [raised, resolved] = [during[0]!, after[0]!];
    expect(raised.collector_tstamp - start).toBeLessThanOrEqual(3 * MINUTE);
    expect(raised.started_at).toBe(start);
    expect(raised).toMatchObject({
      severity: 'critical',
      stage: 'enricher',
      runbook: 'docs/runbooks/volume.md',
    });
    expect(raised.summary).toMatch(
      /^App shop fell to \d+ % of what is usual for Monday 10:0\d UTC; expected [\d,]+–[\d,]+ a minute, saw \d+; began 10:05 UTC\.$/,
    );
    expect(resolved.dedupe_key).toBe(raised.dedupe_key);
    expect(resolved.alert_id).not.toBe(raised.alert_id);
    expect(resolved.started_at).toBe(start);
    expect(resolved.resolved_at).toBeGreaterThan(start + 14 * MINUTE);
    expect(resolved.summary).toMatch(/back to what is usual.*began 10:05 UTC and lasted 1\d minutes/);
  });

  it('names the one event that fell, and not the app', () => {
    const fault: Fault = (minute) => ({
      ...minute,
      events: { ...minute.events, shop: { ...minute.events['shop'], add_to_cart: 0 } },
    });
    const alerts = play(learned(), minutes(LEARNED, 12, fault), LEARNED);
    expect(namesOf(alerts).at(0)).toBe('freshness firing shop/event_name=add_to_cart');
    expect(alerts[0]?.summary).toMatch(
      /^Add_to_cart from app shop went silent: expected .* saw none; began 10:00 UTC/,
    );
  });

  it('calls total silence of an app a matter of freshness, once', () => {
    const fault: Fault = (minute) => ({ ...minute, events: { shop: minute.events['shop'] ?? {} } });
    const alerts = play(learned(), minutes(LEARNED, 12, fault), LEARNED);
    expect(namesOf(alerts)).toEqual(['freshness firing blog/total']);
  });

  it('tells one outage of everything once, not for each app', () => {
    const silent: Fault = (minute) => ({ ...minute, events: {} });
    const alerts = play(learned(), minutes(LEARNED, 10, silent), LEARNED);
    expect(namesOf(alerts)).toEqual(['freshness firing */total']);
    expect(alerts[0]?.summary).toMatch(/^All apps together went silent/);
  });

  it('raises a rise of failures with its kind, and resolves it', () => {
    const monitor = learned();
    const failing: Fault = (minute) => ({ ...minute, failing: { shop: 0.3 } });
    const during = play(monitor, minutes(LEARNED, 10, failing), LEARNED);
    expect(
      alertsAbout(during, 'failure_ratio').map(({ stage, app_id }) => `${String(stage)} ${app_id}`),
    ).toContain('validator shop');
    expect(during[0]?.summary).toMatch(
      /^30(\.\d)? % of the events of .*app shop fail in the validator; .* 100 % of them schema_violation/,
    );
    const after = play(monitor, minutes(LEARNED + 10 * MINUTE, 40), LEARNED + 10 * MINUTE);
    const open = (alerts: readonly QualityAlert[], state: string): readonly (string | null)[] =>
      alerts.filter((alert) => alert.state === state).map(({ dedupe_key }) => dedupe_key);
    expect(open(after, 'resolved').toSorted()).toEqual(open(during, 'firing').toSorted());
  });

  it('raises events that vanish between two stages, and says how many', () => {
    const monitor = learned();
    const losing: Fault = (minute) => (minute.at === LEARNED + 3 * MINUTE ? { ...minute, lost: 12 } : minute);
    const alerts = play(monitor, minutes(LEARNED, 60, losing), LEARNED);
    const accounting = alertsAbout(alerts, 'accounting');
    expect(namesOf(accounting).toSorted()).toEqual([
      'accounting firing blog/total',
      'accounting firing shop/total',
      'accounting resolved blog/total',
      'accounting resolved shop/total',
    ]);
    const raised = accounting.find(({ app_id }) => app_id === 'shop');
    expect(raised).toMatchObject({
      stage: 'validator',
      severity: 'critical',
      started_at: LEARNED + 3 * MINUTE,
    });
    expect(raised?.summary).toMatch(
      /^12 events of app shop are missing: the enricher handed on \d+, the validator took in \d+/,
    );
    expect(monitor.status().imbalance.toSorted((a, b) => a.appId.localeCompare(b.appId))).toEqual([
      { stage: 'validator', appId: 'blog', units: 12 },
      { stage: 'validator', appId: 'shop', units: 12 },
    ]);
    expect(alerts).toHaveLength(4);
  });

  it('tells of records that a stage went on without, once, with the exact range', () => {
    const monitor = learned();
    const gap = gapSummary('loader', 'valid-events/3/12345678901-12345678950', LEARNED + 3 * MINUTE);
    const other = gapSummary('loader', 'valid-events/3/12345679000-12345679000', LEARNED + 3 * MINUTE);
    const withGap = [...minutes(LEARNED, 30)].map((summaries, index) =>
      index === 3 ? [...summaries, gap, other] : index === 9 ? [...summaries, gap] : summaries,
    );
    const alerts = play(monitor, withGap, LEARNED);
    expect(namesOf(alerts)).toEqual([
      'accounting firing */valid-events/3',
      'accounting firing */valid-events/3',
    ]);
    expect(alerts[0]).toMatchObject({ stage: 'loader', severity: 'critical', observed: 50 });
    expect(alerts[0]?.summary).toBe(
      'Up to 50 records of valid-events are lost: the loader went on without the offsets 12345678901 to 12345678950 of partition 3.',
    );
    // Nothing counts as read or expected because of it.
    expect(monitor.status().series).toBe(learned().status().series);
  });

  it('says that a stage stands still, not that events are missing', () => {
    const monitor = learned();
    const down: Fault = (minute) => ({ ...minute, without: ['validator', 'loader'] });
    const before = play(monitor, minutes(LEARNED, 3), LEARNED);
    const alerts = play(monitor, minutes(LEARNED + 3 * MINUTE, 30, down), LEARNED + 3 * MINUTE);
    expect(before).toEqual([]);
    expect(namesOf(alerts)).toEqual(['freshness firing */total']);
    expect(alerts[0]).toMatchObject({ stage: 'validator', severity: 'critical' });
  });

  it('raises its own blindness when nothing at all arrives, and keeps still about the rest', () => {
    const monitor = learned();
    play(monitor, minutes(LEARNED, 3), LEARNED);
    const alerts: QualityAlert[] = [];
    for (let now = LEARNED + 4 * MINUTE; now < LEARNED + 30 * MINUTE; now += 30_000)
      alerts.push(...monitor.tick(now));
    expect(namesOf(alerts)).toEqual(['monitor_input firing */total']);
    const back = play(monitor, minutes(LEARNED + 30 * MINUTE, 20), LEARNED + 30 * MINUTE);
    expect(namesOf(back)).toEqual(['monitor_input resolved */total']);
  });

  it('takes what nobody saw, and the partial minutes around it, for unknown', () => {
    const monitor = learned();
    const half = (summaries: readonly StageCounts[]): readonly StageCounts[] =>
      summaries.map((summary) => ({
        ...summary,
        in_count: summary.in_count && Math.round(summary.in_count / 2),
        out_count: summary.out_count && Math.round(summary.out_count / 2),
        payloads_in: summary.payloads_in && Math.round(summary.payloads_in / 2),
      }));
    const all = [...minutes(LEARNED, 40)].map((summaries, index) =>
      index > 5 && index < 15 ? [] : index === 5 || index === 15 ? half(summaries) : summaries,
    );
    const alerts = play(monitor, all, LEARNED);
    expect(alerts.filter(({ check }) => check === 'volume' || check === 'freshness')).toEqual([]);
  });

  it('raises its own lag', () => {
    const monitor = learned();
    play(monitor, minutes(LEARNED, 3), LEARNED);
    monitor.noteRead('stage-counts/0', 5000, LEARNED, LEARNED + 9 * MINUTE);
    expect(namesOf(monitor.tick(LEARNED + 9 * MINUTE))).toContain('monitor_input firing */total');
  });

  describe('with summaries that come late, twice or in disorder', () => {
    const cut = (summaries: readonly StageCounts[]): readonly StageCounts[] =>
      summaries.flatMap((summary) => {
        const half = Math.floor((summary.in_count ?? 0) / 2);
        if (half === 0 || Object.keys(summary.failed ?? {}).length > 0) return [summary];
        const rest = (summary.in_count ?? 0) - half;
        return [
          { ...summary, counts_id: `${summary.counts_id}-a`, in_count: half, out_count: half },
          { ...summary, counts_id: `${summary.counts_id}-b`, in_count: rest, out_count: rest },
        ];
      });

    it('raises nothing', () => {
      const monitor = learned();
      const random = seeded(42);
      const waiting: { at: number; summary: StageCounts }[] = [];
      const alerts: QualityAlert[] = [];
      for (let index = 0; index < 110; index += 1) {
        const at = LEARNED + index * MINUTE;
        for (const summary of cut(summariesOf({ at, events: eventsAt(at) }))) {
          const arrival = at + MINUTE + random() * 25_000;
          waiting.push({ at: arrival, summary });
          if (random() < 0.2) waiting.push({ at: arrival + random() * 5 * MINUTE, summary });
        }
        waiting.sort((a, b) => a.at - b.at);
        for (const now of [at + 1.25 * MINUTE, at + 1.5 * MINUTE, at + 1.75 * MINUTE]) {
          while (waiting[0] && waiting[0].at <= now) {
            const { at: arrival, summary } = waiting.shift()!;
            monitor.ingest(summary, arrival);
          }
          alerts.push(...monitor.tick(now));
        }
      }
      expect(namesOf(alerts)).toEqual([]);
    });

    it('counts a summary once', () => {
      const monitor = learned();
      const [summary] = summariesOf({ at: LEARNED, events: eventsAt(LEARNED) });
      expect(monitor.ingest(summary!, LEARNED)).toBe('counted');
      expect(monitor.ingest(summary!, LEARNED)).toBe('duplicate');
    });

    it('leaves out what history holds already, and what a wrong clock sends from the future', () => {
      const monitor = learned();
      const [old] = summariesOf({ at: LEARNED - MINUTE, events: eventsAt(LEARNED) });
      const [early] = summariesOf({ at: LEARNED + HOUR, events: eventsAt(LEARNED) });
      expect(monitor.ingest(old!, LEARNED)).toBe('late');
      expect(monitor.ingest(early!, LEARNED)).toBe('ahead');
    });

    it('waits for a stage that catches up instead of calling its minutes a drop', () => {
      const monitor = learned();
      const all = [...minutes(LEARNED, 20)];
      const isEnricher = (summary: StageCounts): boolean => summary.stage === 'enricher';
      const others = all.map((summaries) => summaries.filter((summary) => summary.stage === 'collector'));
      const alerts = [...play(monitor, others, LEARNED)];
      const now = LEARNED + 21 * MINUTE;
      for (const summary of all.flat()) if (isEnricher(summary)) monitor.ingest(summary, now);
      for (const summary of all.flat()) monitor.ingest(summary, now + 1000);
      alerts.push(...play(monitor, minutes(LEARNED + 20 * MINUTE, 30), LEARNED + 20 * MINUTE));
      expect(alertsAbout(alerts, 'volume')).toEqual([]);
      expect(alertsAbout(alerts, 'accounting')).toEqual([]);
      expect(namesOf(alerts)).toEqual(['freshness firing */total', 'freshness resolved */total']);
    });
  });

  describe('restarted in the middle', () => {
    const drop = LEARNED + 5 * MINUTE;
    const end = drop + 25 * MINUTE;
    const fault: Fault = (minute) =>
      minute.at >= drop && minute.at < end ? { ...shopFallsTo(0.4)(minute), failing: { blog: 0.4 } } : minute;
    const ids = (alerts: readonly QualityAlert[]): readonly string[] =>
      alerts.map(({ alert_id }) => alert_id).toSorted();

    const unbroken = play(learned(), minutes(LEARNED, 90, fault), LEARNED);

    it.each([2, 8, 35])('after %i minutes tells the same alerts as without', (pause) => {
      const first = play(learned(), minutes(LEARNED, pause, fault), LEARNED);
      const seam = LEARNED + (pause - 1) * MINUTE;
      const monitor = aMonitor(settings);
      monitor.learn(
        [...history, ...[...minutes(LEARNED, pause, fault)].flat()].filter(
          ({ collector_tstamp: at }) => at < seam,
        ),
      );
      const open = first.filter(
        ({ dedupe_key, state }) =>
          state === 'firing' &&
          !first.some((other) => other.dedupe_key === dedupe_key && other.state === 'resolved'),
      );
      const second = [
        ...monitor.begin(seam, open, LEARNED + pause * MINUTE),
        ...play(monitor, minutes(seam, 91 - pause, fault), seam),
      ];
      expect(unbroken).not.toEqual([]);
      expect([...new Set([...ids(first), ...ids(second)])].toSorted()).toEqual(ids(unbroken));
    });

    it('resolves a restored alert of which it knows nothing else', () => {
      const monitor = aMonitor(settings);
      monitor.learn(history);
      const [raised] = unbroken;
      expect(monitor.begin(LEARNED, [raised!], LEARNED)).toEqual([]);
      const alerts = play(monitor, minutes(LEARNED, 30), LEARNED);
      expect(alerts.map(({ dedupe_key, state }) => [dedupe_key, state])).toEqual([
        [raised!.dedupe_key, 'resolved'],
      ]);
      expect(alerts[0]?.started_at).toBe(raised!.started_at);
    });

    it('tells a deviation that began before the start and that nobody was told of', () => {
      const monitor = aMonitor(settings);
      const seam = LEARNED + 10 * MINUTE;
      monitor.learn([...history, ...[...minutes(LEARNED, 10, shopFallsTo(0.3))].flat()]);
      expect(namesOf(monitor.begin(seam, [], seam))).toEqual(['volume firing shop/total']);
    });
  });

  describe('fresh, without history', () => {
    it('learns, says so, and raises nothing', () => {
      const monitor = aMonitor(settings);
      monitor.begin(null, [], MONDAY);
      expect(play(monitor, minutes(MONDAY, 6 * 60), MONDAY)).toEqual([]);
      expect(monitor.status().learning).toBeGreaterThan(0);
    });

    it('notices an app that goes silent on the first day', () => {
      const monitor = aMonitor(settings);
      monitor.begin(null, [], MONDAY);
      play(monitor, minutes(MONDAY, 6 * 60), MONDAY);
      const from = MONDAY + 6 * HOUR;
      const fault: Fault = (minute) => ({ ...minute, events: { blog: minute.events['blog'] ?? {} } });
      expect(namesOf(play(monitor, minutes(from, 15, fault), from))).toContain('freshness firing shop/total');
    });
  });

  it('keeps its state bounded when a client makes up names', () => {
    const monitor = aMonitor({ ...settings, maxSeries: 50 });
    monitor.begin(null, [], MONDAY);
    for (let index = 0; index < 60; index += 1) {
      const at = MONDAY + index * MINUTE;
      const events = Object.fromEntries(
        Array.from({ length: 40 }, (_, app) => [`app-${String(index)}-${String(app)}`, { view: 1 }]),
      );
      for (const summary of summariesOf({ at, events })) monitor.ingest(summary, at + MINUTE);
      monitor.tick(at + 2 * MINUTE);
    }
    expect(monitor.status().series).toBe(50);
    expect(monitor.status().openTallies).toBeLessThan(1000);
  });

  it('never shows a personal value', () => {
    const monitor = aMonitor(settings);
    const name = 'jane.doe@example.com 203.0.113.77';
    const events = { [name]: { view: 300 } };
    monitor.begin(null, [], MONDAY);
    const alerts: QualityAlert[] = [];
    for (let index = 0; index < 180; index += 1) {
      const at = MONDAY + index * MINUTE;
      alerts.push(
        ...play(monitor, [summariesOf({ at, events: index < 120 ? events : { other: { view: 300 } } })], at),
      );
    }
    expect(alerts.length).toBeGreaterThan(0);
    expect(JSON.stringify(alerts)).not.toMatch(/jane|203\.0\.113\.77/);
  });
});
