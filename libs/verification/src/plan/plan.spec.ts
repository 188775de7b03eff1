import { scaledRuns } from '@headwater/testing';
import fc from 'fast-check';
import { aPlan } from '../testing/a-run';
import { LEAST_DISTANCE, roleOf } from './classes';
import { oversizeAgent, oversizeSeq, payloadCount, plannedPayload } from './payload';
import { idOf, plannedEvent } from './planned-event';
import { defaultShares, eventClasses, sharesProblem } from './plan';

const plan = aPlan();
const aNumber = fc.nat(5_000_000);

describe('a planned event', () => {
  it('follows from plan and number alone', () => {
    fc.assert(
      fc.property(aNumber, (seq) => {
        expect(plannedEvent(plan, seq)).toEqual(plannedEvent({ ...plan }, seq));
        expect(plannedEvent(aPlan({ seed: 12 }), seq).parameters).not.toEqual(
          plannedEvent(plan, seq).parameters,
        );
      }),
    );
  });

  it('has other ids in another run', () => {
    const other = aPlan({ run: '1b9dfc4e-0f6e-4c3a-8d5e-6a1f2b3c4d5e' });
    expect(idOf(other, 5)).not.toBe(idOf(plan, 5));
    expect(roleOf(other, 5)).toEqual(roleOf(plan, 5));
  });

  it('is of each class about as often as the shares say', () => {
    const counts = new Map<string, number>();
    const events = 40_000;
    for (let seq = 0; seq < events; seq += 1) {
      const { class: name } = roleOf(plan, seq);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const name of eventClasses) {
      if (name === 'valid') continue;
      const expected = plan.shares[name] * events;
      expect(Math.abs((counts.get(name) ?? 0) - expected)).toBeLessThan(6 * Math.sqrt(expected));
    }
  });

  it('copies another with all that counts, in another payload; a rival shares the id alone', () => {
    let [copies, rivals] = [0, 0];
    for (let seq = 0; seq < 5_000; seq += 1) {
      const event = plannedEvent(plan, seq);
      if (event.original === seq) continue;
      const { id, parameters } = plannedEvent(plan, event.original);
      expect(event.id).toBe(id);
      expect(seq - event.original).toBeGreaterThanOrEqual(LEAST_DISTANCE);
      const without = (all: Readonly<Record<string, string>>): object => ({ ...all, ip: null });
      if (event.class === 'client-dup') {
        copies += 1;
        expect(without(event.parameters)).toEqual(without(parameters));
      } else {
        rivals += 1;
        expect(event.class).toBe('conflict-dup');
        expect(event.parameters['page']).not.toBe(parameters['page']);
      }
    }
    expect(Math.min(copies, rivals)).toBeGreaterThan(20);
  });
});

describe('a planned payload', () => {
  it('is the same each time, and holds its events in order', () => {
    fc.assert(
      fc.property(aNumber, (first) => {
        const count = payloadCount(plan, first, 1_000);
        const payload = plannedPayload(plan, first, count);
        expect(payload).toEqual(plannedPayload(plan, first, count));
        expect(count).toBeLessThan(LEAST_DISTANCE);
        if (payload.body === null) {
          const sent = new URLSearchParams(payload.target.split('?')[1]);
          expect(Object.fromEntries(sent)).toEqual(plannedEvent(plan, first).parameters);
        } else {
          const { data } = JSON.parse(payload.body) as { readonly data: readonly object[] };
          expect(data).toEqual(
            Array.from({ length: count }, (_none, index) => plannedEvent(plan, first + index).parameters),
          );
        }
      }),
      { numRuns: scaledRuns(300) },
    );
  });

  it('never holds more than is left', () => {
    fc.assert(
      fc.property(aNumber, fc.integer({ min: 1, max: 30 }), (first, limit) => {
        expect(payloadCount(plan, first, limit)).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('has an oversize event to itself, and names it', () => {
    const seq = Array.from({ length: 1_000 }, (_none, index) => index).find(
      (index) => roleOf(plan, index).class === 'oversize',
    );
    if (seq === undefined) throw new Error('There is no oversize event among the first 1,000.');
    expect(payloadCount(plan, seq, 100)).toBe(1);
    const { headers, body, target } = plannedPayload(plan, seq, 1);
    expect(oversizeSeq(headers['user-agent'] ?? '')).toBe(seq);
    expect(Buffer.byteLength(body ?? '')).toBeGreaterThan(plan.oversizeBytes);
    expect(target).toContain('?aid=verify-spec');
    for (let before = Math.max(0, seq - 30); before < seq; before += 1)
      expect(before + payloadCount(plan, before, 100)).toBeLessThanOrEqual(seq);
  });
});

it('reads the number of an oversize event from its user agent, and from no other', () => {
  expect(oversizeSeq(oversizeAgent(77))).toBe(77);
  expect(oversizeSeq('headwater-verify/1')).toBeNull();
});

it.each([
  [defaultShares, null],
  [{ ...defaultShares, oversize: -1 }, 'a share is a number from 0 to 1'],
  [{ ...defaultShares, oversize: Number.NaN }, 'a share is a number from 0 to 1'],
  [{ ...defaultShares, 'client-dup': 0.99 }, 'the shares add up to more than 1'],
])('shares %j: %s', (shares, problem) => {
  expect(sharesProblem(shares)).toBe(problem);
});
