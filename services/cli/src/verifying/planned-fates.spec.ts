import type { CollectorPayload } from '@headwater/contracts';
import {
  defaultShares,
  eventColumns,
  expectedParts,
  failedColumns,
  leaksIn,
  plannedPayload,
  roleOf,
} from '@headwater/verification';
import { aJudge } from '../testing/a-judge';
import { aPlan } from '../testing/a-run';

const plan = aPlan({ shares: { ...defaultShares, 'schema-bad': 0.1, 'enrich-bad': 0.1, oversize: 0 } });

const received = (seq: number): CollectorPayload => {
  const { body, target } = plannedPayload(plan, seq, 1);
  const [path = '', querystring = null] = target.split('?');
  return {
    payload_id: '1b9dfc4e-0f6e-5c3a-8d5e-6a1f2b3c4d5e',
    collector_tstamp: plan.startedAt,
    collector: 'spec/1',
    path,
    querystring,
    content_type: body === null ? null : 'application/json; charset=UTF-8',
    body: body === null ? null : Buffer.from(body),
    hostname: null,
    // Cut by the collector; not even that may go on.
    ip_address: '198.18.3.0',
    anonymous: false,
    user_agent: null,
    referer: null,
    network_userid: null,
    headers: {},
    cookies: {},
    app: null,
  } as unknown as CollectorPayload;
};

/** The plan against enricher and validator themselves. */
describe('a planned event', () => {
  const judge = aJudge();
  afterAll(() => judge.close());

  it('comes to the end that its class says, with what was sent', async () => {
    const seen = new Set<string>();
    for (let seq = 0; seq < 600; seq += 1) {
      const name = roleOf(plan, seq).class;
      const [verdict] = await judge.judge.payload(received(seq));
      const original = roleOf(plan, roleOf(plan, seq).original).class;
      const isBad = (name === 'client-dup' ? original : name).endsWith('-bad');
      seen.add(`${name} ${isBad ? 'failed' : 'ok'}`);
      expect([seq, name, verdict?.kind]).toEqual([seq, name, isBad ? 'failed' : 'ok']);
      if (verdict?.kind === 'failed') {
        const kept = verdict.value.parameters ?? {};
        const wanted = expectedParts(plan, seq, failedColumns);
        for (const [index, column] of failedColumns.entries()) {
          const key = /'(.*?)'/.exec(column.name)?.[1] ?? '';
          const found = kept[key] ?? '';
          expect([
            seq,
            key,
            ['ue_pr', 'co'].includes(key) ? found.replace(/^\{"schema":"[^"]*",/, '') : found,
          ]).toEqual([seq, key, wanted[index]]);
        }
      }
      if (verdict?.kind === 'ok') {
        expect([seq, leaksIn(JSON.stringify(verdict.value))]).toEqual([seq, []]);
        const wanted = expectedParts(plan, seq, eventColumns);
        for (const [index, { name: column }] of eventColumns.entries()) {
          const found = verdict.value[column as keyof typeof verdict.value];
          if (typeof found === 'string') expect([seq, column, found]).toEqual([seq, column, wanted[index]]);
        }
      }
    }
    expect([...seen].sort()).toEqual([
      'client-dup failed',
      'client-dup ok',
      'conflict-dup ok',
      'enrich-bad failed',
      'schema-bad failed',
      'valid ok',
    ]);
  });
});
