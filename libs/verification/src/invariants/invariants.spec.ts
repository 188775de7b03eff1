import { reportOf, type Report } from '../report/report';
import { reportText } from '../report/text';
import type { Status } from '../ledger/lines';
import { notLooked } from '../observed/look';
import type { Observations } from '../observed/observations';
import { anInstallation, aPlan, factsOf, firstOf, observed, type Installation } from '../testing/a-run';
import { invariants } from '.';

const EVENTS = 1_200;
const facts = factsOf(aPlan(), EVENTS);
const none = { alerts: [], noAlerts: [] };
const whole = anInstallation(facts);
/** An installation that may be broken: the same for every test. */
const aWholeOne = (): Installation => ({
  facts,
  rows: [...whole.rows],
  failed: [...whole.failed],
  valid: [...whole.valid],
  input: [...whole.input],
  watched: [...whole.watched],
  dead: [...whole.dead],
});

/** Breaks an installation, looks, and says which invariants are broken. */
const brokenBy = (
  breaks: (installation: Installation) => void,
  then: (seen: Observations) => void = () => undefined,
): { readonly ids: readonly string[]; readonly report: Report } => {
  const installation = aWholeOne();
  breaks(installation);
  const seen = observed(installation);
  then(seen);
  const report = reportOf(seen, none);
  return {
    ids: report.invariants.filter(({ verdict }) => verdict === 'broken').map(({ id }) => id),
    report,
  };
};

const copyOf = <T>(list: T[], index = 0): T => {
  const item = list[index];
  if (item === undefined) throw new Error('The list is shorter than that.');
  return item;
};

it('lists every invariant once, in order, each with what to do', () => {
  expect(invariants.map(({ id }) => id)).toEqual(
    Array.from({ length: 10 }, (_none, index) => `I${String(index + 1)}`),
  );
  for (const { advice } of invariants) expect(advice).toMatch(/[a-z].*\.$/s);
});

it('holds for a run in which nothing went wrong', () => {
  const { ids, report } = brokenBy(() => undefined);
  expect(ids).toEqual([]);
  expect(report.verdict).toBe('holds');
  expect(new Set(Object.values(report.totals))).toEqual(new Set([0]));
  expect(report.sent.byClass['conflict-dup']).toBeGreaterThan(5);
  expect(report.sent.byClass['client-dup']).toBeGreaterThan(5);
  expect(reportText(report)).toContain('All that was checked holds.');
});

describe('negative controls: each is caught by exactly its invariant', () => {
  it.each<[string, string, keyof Report['totals'], (installation: Installation) => void]>([
    ['a lost row', 'I1', 'lost', ({ rows }) => void rows.splice(3, 1)],
    ['a lost failed event', 'I1', 'lost', ({ failed }) => void failed.splice(0, 1)],
    ['a doubled row', 'I2', 'duplicated', ({ rows }) => void rows.push(copyOf(rows))],
    [
      'a doubled failed event',
      'I2',
      'duplicated',
      ({ failed }) =>
        void failed.push({ ...copyOf(failed), failedId: '5b9dfc4e-0f6e-4c3a-8d5e-6a1f2b3c4d5e' }),
    ],
    [
      'a failed event that is stored more often than it can be',
      'I2',
      'duplicated',
      ({ failed }) => void (failed[0] = { ...copyOf(failed), copies: 9 }),
    ],
    [
      'an event that the enricher wrote twice, which the validator hides',
      'I2',
      'duplicated',
      ({ facts, input }) => {
        const content = [...facts.contents()].find(
          (one) => facts.attemptsOf(one) === 1 && facts.rivalsOf(one).length === 0,
        );
        const twice = input.find(({ title }) => title.endsWith(`#${String(content)}`));
        if (twice === undefined) throw new Error('No event was sent just once.');
        input.push({ ...twice, offset: 9_999 });
      },
    ],
    [
      'an event in both places',
      'I2',
      'both',
      ({ rows, failed }) =>
        void failed.push({
          ...copyOf(failed),
          failedId: 'x',
          eventId: copyOf(rows).id,
          title: copyOf(rows).title,
        }),
    ],
    [
      'an event that nobody sent',
      'I3',
      'phantom',
      ({ rows }) => void rows.push({ ...copyOf(rows), id: '5b9dfc4e-0f6e-4c3a-8d5e-6a1f2b3c4d5e' }),
    ],
    [
      'a failed event of nobody',
      'I3',
      'phantom',
      ({ failed }) => void failed.push({ ...copyOf(failed), failedId: 'x', eventId: '', userAgent: 'curl' }),
    ],
    [
      'a record that a reader saw and that was undone',
      'I3',
      'phantom',
      ({ watched }) => void watched.splice(4, 0, { partition: 0, offset: 3, id: 'x' }),
    ],
    [
      'another record in the place of one that a reader saw',
      'I3',
      'phantom',
      ({ watched }) => void (watched[4] = { ...copyOf(watched, 4), id: 'x' }),
    ],
    [
      'a changed byte',
      'I4',
      'corrupt',
      ({ rows }) => void (rows[0] = { ...copyOf(rows), digest: copyOf(rows).digest.replace(/./, 'z') }),
    ],
    [
      'a changed byte in a failed event',
      'I4',
      'corrupt',
      ({ failed }) => {
        const index = failed.findIndex(({ eventId }) => eventId !== '');
        failed[index] = { ...copyOf(failed, index), digest: 'z' };
      },
    ],
    [
      'a good event in the dead letter',
      'I5',
      'misrouted',
      ({ rows, failed }) => {
        const [row] = rows.splice(0, 1);
        failed.push({ ...copyOf(failed), failedId: 'x', eventId: row?.id ?? '', title: row?.title ?? '' });
      },
    ],
    [
      'a bad event in the table',
      'I5',
      'misrouted',
      ({ rows, failed }) => {
        const index = failed.findIndex(({ eventId }) => eventId !== '');
        const [bad] = failed.splice(index, 1);
        rows.push({ ...copyOf(rows), id: bad?.eventId ?? '', title: bad?.title ?? '', duplicateOf: '' });
      },
    ],
    [
      'a bad event with another reason',
      'I5',
      'misrouted',
      ({ failed }) => {
        const index = failed.findIndex(({ type }) => type === 'schema_violation');
        failed[index] = { ...copyOf(failed, index), type: 'enrichment_failure' };
      },
    ],
    [
      'an id that does not follow from its content',
      'I5',
      'misrouted',
      ({ rows }) => {
        const index = rows.findIndex(({ duplicateOf }) => duplicateOf !== '');
        rows[index] = { ...copyOf(rows, index), fingerprint: 'other' };
      },
    ],
    [
      'a later event that was let keep the id',
      'I7',
      'disordered',
      ({ input, valid }) => {
        const rival = copyOf(
          valid,
          valid.findIndex(({ duplicateOf }) => duplicateOf !== ''),
        );
        const at = input.findIndex(({ title }) => title === rival.title);
        input.unshift(...input.splice(at, 1));
      },
    ],
    [
      'a reader that was sent back',
      'I7',
      'disordered',
      ({ watched }) => void watched.push(copyOf(watched, 0)),
    ],
    ['a record that a reader did not see', 'I7', 'disordered', ({ watched }) => void watched.splice(6, 1)],
  ])('%s', (_case, id, total, breaks) => {
    const { ids, report } = brokenBy((installation) => {
      const records = installation.valid.length;
      breaks(installation);
      expect(installation.valid).toHaveLength(records);
    });
    expect(ids).toEqual([id]);
    expect(report.totals[total]).toBe(1);
    expect(Object.values(report.totals).reduce((sum, count) => sum + count, 0)).toBe(1);
    const found = report.invariants.find((one) => one.id === id);
    expect(found?.examples).toHaveLength(1);
    expect(report.verdict).toBe('broken');
    expect(reportText(report)).toMatch(new RegExp(`BROKEN +${id} `));
  });

  it('a canary', () => {
    const { ids, report } = brokenBy(
      () => undefined,
      (seen) => {
        seen.leak({ where: 'loader.log, line 7', encoding: 'hex', found: 'c6120101' });
      },
    );
    expect([ids, report.totals.leaked]).toEqual([['I6'], 1]);
    expect(report.invariants[5]?.examples).toEqual(['loader.log, line 7: c6120101 (hex)']);
  });

  it.each<[string, (seen: Observations) => void]>([
    [
      'a stage that does not account for an event',
      (seen) => {
        change(seen, 'validator', { unaccounted: 1, openByMinute: 1 });
      },
    ],
    [
      'an event between two stages',
      (seen) => {
        change(seen, 'validator', { missing: -1, missingByMinute: 1 });
      },
    ],
    [
      'an event that the loader has not counted',
      (seen) => {
        change(seen, 'loader', { missing: 1, missingByMinute: 1 });
      },
    ],
    [
      'minutes of a stage that are off by one each way',
      (seen) => {
        change(seen, 'validator', { unaccounted: 0, openByMinute: 1 });
      },
    ],
    [
      'minutes between two stages that are off by one each way',
      (seen) => {
        change(seen, 'validator', { missing: 0, missingByMinute: 1 });
      },
    ],
    [
      'a counter that says more than the topic',
      (seen) => {
        change(seen, 'validator', { out: 1 }, true);
      },
    ],
    [
      'a counter of failed events',
      (seen) => {
        change(seen, 'enricher', { failed: 1 }, true);
      },
    ],
    [
      'events that were accepted and not counted',
      (seen) => {
        change(seen, 'enricher', { in: -1 }, true);
      },
    ],
    [
      'events that were counted and not sent',
      (seen) => {
        change(seen, 'enricher', { in: 1 }, true);
      },
    ],
  ])('%s', (_case, breaks) => {
    const { ids, report } = brokenBy(() => undefined, breaks);
    expect([ids, report.totals.imbalance]).toEqual([['I8'], 1]);
  });

  it('a group that does not come on', () => {
    const { ids, report } = brokenBy(
      () => undefined,
      (seen) => {
        seen.lag = {
          kind: 'seen',
          value: [{ group: 'loader', topic: 'valid-events', partition: 1, left: 12 }],
        };
      },
    );
    expect([ids, report.totals.stuck]).toEqual([['I9'], 1]);
  });
});

function change(seen: Observations, stage: string, by: Readonly<Record<string, number>>, adds = false): void {
  if (seen.accounting.kind !== 'seen') throw new Error('Nothing was counted.');
  seen.accounting = {
    kind: 'seen',
    value: seen.accounting.value.map((one) =>
      one.stage !== stage
        ? one
        : {
            ...one,
            ...Object.fromEntries(
              Object.entries(by).map(([key, value]) => [
                key,
                adds ? Number(one[key as keyof typeof one]) + value : value,
              ]),
            ),
          },
    ),
  };
}

describe('answers that say less than ok', () => {
  const withAnswer = (...answers: readonly Status[]): ReturnType<typeof factsOf> =>
    factsOf(aPlan(), 200, (payload) => (payload === 3 ? answers : ['ok']));
  const lostOf = (sent: ReturnType<typeof factsOf>, keep: boolean): readonly string[] => {
    const installation = anInstallation(sent);
    const payload = withinPayload3(sent);
    if (!keep) {
      const ids = new Set(payload);
      installation.rows = installation.rows.filter(
        ({ title }) => !ids.has(Number(/#(\d+)$/.exec(title)?.[1])),
      );
      installation.failed = installation.failed.filter(
        ({ title }) => !ids.has(Number(/#(\d+)$/.exec(title)?.[1])),
      );
      installation.valid = [];
      installation.watched = [];
    }
    const seen = observed(installation);
    seen.accounting = notLooked('not here');
    return reportOf(seen, none)
      .invariants.filter(({ verdict }) => verdict === 'broken')
      .map(({ id }) => id);
  };
  const withinPayload3 = (sent: ReturnType<typeof factsOf>): readonly number[] => {
    const all = factsOf(aPlan(), 200, (payload) => (payload === 3 ? [] : ['ok']));
    return [...sent.contents()].filter((content) => !all.wasSent(content));
  };

  it.each<[readonly Status[], readonly string[], readonly string[]]>([
    [['ok'], [], ['I1']],
    [['unknown'], [], []],
    [['refused'], [], []],
    [['unknown', 'ok'], [], ['I1']],
    [['refused', 'refused', 'ok'], [], ['I1']],
    [['refused', 'rejected'], [], []],
  ])('%j: there is %j, gone is %j', (answers, there, gone) => {
    const sent = withAnswer(...answers);
    expect(withinPayload3(sent).length).toBeGreaterThan(0);
    expect([lostOf(sent, true), lostOf(sent, false)]).toEqual([there, gone]);
  });

  it('rejected and there all the same is a phantom', () => {
    const sent = withAnswer('rejected');
    const installation = anInstallation(factsOf(aPlan(), 200));
    const seen = observed({ ...installation, facts: sent });
    const report = reportOf(seen, none);
    expect(report.totals.phantom).toBe(withinPayload3(sent).length);
  });
});

describe('what was not looked at', () => {
  it('is unverified when it could not be, and not checked when it was not asked for', () => {
    const seen = observed(aWholeOne());
    seen.tables = { kind: 'failed', why: 'ClickHouse does not answer' };
    seen.topics = notLooked('--no-kafka');
    const report = reportOf(seen, none);
    expect(report.invariants.map(({ verdict }) => verdict)).toEqual([
      ...Array<string>(5).fill('unverified'),
      'holds',
      'not checked',
      'holds',
      'holds',
      'not checked',
    ]);
    expect([report.verdict, report.totals.lost]).toEqual(['unverified', 0]);
    expect(reportText(report)).toContain('(ClickHouse does not answer)');
  });

  it.each<[readonly string[], readonly string[], string, number]>([
    [['failure_ratio'], [], 'holds', 0],
    [['volume'], [], 'broken', 1],
    [[], ['*'], 'broken', 1],
    [['failure_ratio'], ['*'], 'holds', 0],
    [[], ['volume'], 'holds', 0],
  ])('alerts: wanted %j, not wanted %j: %s', (alerts, noAlerts, verdict, violations) => {
    const seen = observed(aWholeOne());
    const alert = {
      check: 'failure_ratio',
      appId: 'verify-spec',
      state: 'open',
      at: 0,
      summary: 'Many fail.',
    };
    seen.alerts = { kind: 'seen', value: [alert] };
    expect(reportOf(seen, { alerts, noAlerts }).invariants[9]).toMatchObject({ verdict, violations });
  });
});

describe('what was looked at only in part', () => {
  const of = (seen: Observations, id: string): Report['invariants'][number] | undefined =>
    reportOf(seen, none).invariants.find((one) => one.id === id);

  it('is unverified, for the order, where the input could not be read; and broken where what was read is', () => {
    const seen = observed(aWholeOne());
    seen.input = { kind: 'failed', why: 'enriched-events is refused' };
    expect(of(seen, 'I7')).toMatchObject({
      verdict: 'unverified',
      note: expect.stringContaining('enriched-events is refused') as string,
    });
    const back = aWholeOne();
    back.watched.push(copyOf(back.watched, 0));
    const broken = observed(back);
    broken.input = seen.input;
    expect(of(broken, 'I7')?.verdict).toBe('broken');
    seen.input = notLooked('nobody asked');
    expect(of(seen, 'I7')?.verdict).toBe('holds');
  });

  it('does not take for lost what may be on its way, or where that could not be seen', () => {
    const late = aWholeOne();
    late.rows.splice(3, 1);
    const seen = observed(late);
    change(seen, 'loader', { missing: 1, missingByMinute: 1 });
    expect([of(seen, 'I1')?.verdict, of(seen, 'I8')?.verdict]).toEqual(['broken', 'broken']);
    seen.lag = { kind: 'failed', why: 'the brokers are away' };
    for (const id of ['I1', 'I8'])
      expect(of(seen, id)).toMatchObject({
        verdict: 'unverified',
        violations: 0,
        note: expect.stringMatching(/^1 events are missing .* the brokers are away$/) as string,
      });
    seen.lag = {
      kind: 'seen',
      value: [{ group: 'loader', topic: 'valid-events', partition: 1, left: 12 }],
    };
    for (const id of ['I1', 'I8'])
      expect(of(seen, id)).toMatchObject({
        verdict: 'unverified',
        note: '1 events are missing somewhere, and may be among the 12 records that are not worked off (I9)',
      });
    expect(of(seen, 'I9')?.verdict).toBe('broken');
    seen.rows.viewGaps.add(() => 'an event is not shown');
    expect(of(seen, 'I1')?.verdict).toBe('broken');
  });

  it('says what was left out of "once, and in one place"', () => {
    const seen = observed(aWholeOne());
    expect(of(seen, 'I2')?.note).toBeUndefined();
    seen.input = { kind: 'failed', why: 'enriched-events is refused' };
    expect(of(seen, 'I2')).toMatchObject({
      verdict: 'holds',
      note: 'the topic enriched-events left out: enriched-events is refused',
    });
  });

  it('counts from where the reader began, and says what it saw nothing of', () => {
    const late = aWholeOne();
    late.watched = late.watched.filter(({ partition, offset }) => partition === 0 && offset > 0);
    const seen = observed(late, [
      { partition: 0, offset: 0 },
      { partition: 1, offset: 4 },
    ]);
    const beyond = late.valid.filter(({ partition, offset }) => partition === 1 && offset >= 4).length;
    expect(of(seen, 'I7')).toMatchObject({
      verdict: 'broken',
      violations: 1,
      examples: ['valid-events/0: the reader did not see offset 0'],
      note: expect.stringContaining(`of ${String(beyond)} records`) as string,
    });
  });

  describe('by a reader during the run', () => {
    const why = 'the reader ended before the load: the disk is full';
    const watched = ['I3', 'I7'] as const;

    it.each(watched)('leaves %s unverified where it was not there all the time, and says why', (id) => {
      const seen = observed(aWholeOne());
      seen.records.watch.reader = { kind: 'failed', why };
      expect(of(seen, id)).toMatchObject({
        verdict: 'unverified',
        violations: 0,
        note: expect.stringContaining(why) as string,
      });
      const report = reportOf(seen, none);
      expect(report.verdict).toBe('unverified');
      expect(report.invariants.filter(({ verdict }) => verdict === 'unverified').map(({ id }) => id)).toEqual(
        watched,
      );
      expect(reportText(report)).toContain('make another run where they say so');
    });

    it.each<[(typeof watched)[number], (installation: Installation) => void]>([
      ['I3', ({ watched }) => void (watched[4] = { ...copyOf(watched, 4), id: 'x' })],
      ['I7', ({ watched }) => void watched.splice(6, 1)],
    ])('finds %s broken by what it saw until then', (id, breaks) => {
      const installation = aWholeOne();
      breaks(installation);
      const seen = observed(installation);
      seen.records.watch.reader = { kind: 'failed', why };
      expect(of(seen, id)).toMatchObject({
        verdict: 'broken',
        violations: 1,
        note: expect.stringContaining(why) as string,
      });
    });

    it.each(watched)('leaves %s unverified where it was there, and saw nothing of what came', (id) => {
      const blind = aWholeOne();
      blind.watched = [];
      const begins = [
        { partition: 0, offset: 0 },
        { partition: 1, offset: 0 },
      ];
      expect(of(observed(blind, begins), id)).toMatchObject({
        verdict: 'unverified',
        note: expect.stringMatching(
          new RegExp(`saw none of the ${String(blind.valid.length)} records .*verifier`),
        ) as string,
      });
      // Nothing came.
      const idle = { ...blind, valid: [] };
      expect(of(observed(idle, begins), id)?.verdict).not.toBe('unverified');
    });

    it.each(watched)('lets %s hold of the rest where nobody wanted one, and says so', (id) => {
      const installation = aWholeOne();
      installation.watched = [];
      const seen = observed(installation);
      seen.records.watch.reader = notLooked('nobody read the topics during the run: --no-watch');
      expect(of(seen, id)).toMatchObject({
        verdict: 'holds',
        note: expect.stringContaining('--no-watch') as string,
      });
    });

    it('leaves what it saw unverified where the topics could not be read to compare', () => {
      const seen = observed(aWholeOne());
      seen.topics = { kind: 'failed', why: 'valid-events is refused' };
      expect(of(seen, 'I3')).toMatchObject({
        verdict: 'unverified',
        note: expect.stringContaining('valid-events is refused') as string,
      });
      seen.topics = notLooked('--no-kafka');
      expect(of(seen, 'I3')?.verdict).toBe('holds');
    });
  });

  it('takes nothing for on its way that the quality monitor alone has not read', () => {
    const late = aWholeOne();
    late.rows.splice(3, 1);
    const seen = observed(late);
    seen.lag = {
      kind: 'seen',
      value: [{ group: 'quality-monitor', topic: 'stage-counts', partition: 1, left: 12 }],
    };
    expect(['I1', 'I9'].map((id) => of(seen, id)?.verdict)).toEqual(['broken', 'broken']);
    expect(of(seen, 'I9')).toMatchObject({
      violations: 1,
      examples: [expect.stringContaining('quality-monitor: 12 records left of stage-counts/1')],
      note: 'groups: quality-monitor',
    });
  });

  it('is said of a load that did not end in order', () => {
    const seen = observed(aWholeOne());
    expect(reportText(reportOf(seen, none))).not.toContain('did not end in order');
    seen.facts.hasEnded = false;
    expect(reportText(reportOf(seen, none))).toContain('the load did not end in order');
    seen.facts.hasEnded = true;
  });
});

it('needs every class in the run for these tests to mean something', () => {
  for (const name of ['valid', 'schema-bad', 'enrich-bad', 'oversize', 'conflict-dup'] as const)
    expect(firstOf(facts, name)).toBeGreaterThanOrEqual(0);
});
