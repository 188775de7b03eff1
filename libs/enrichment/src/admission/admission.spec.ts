import type { CollectorPayload, EnrichedEvent } from '@headwater/contracts';
import { dropped, failed, failure, ok, type Fate } from '@headwater/stage';
import { aCollectorPayload, aReplay, aTrackerEvent, tp2Body } from '@headwater/testing';
import { createEnricher } from '../enricher';
import { testLookUps } from '../testing/look-ups';
import type { Admit, Entrant } from './admission';

const asked: Entrant[] = [];
const admit: Admit = (entrant) => {
  asked.push(entrant);
  if (entrant.app_id === 'stranger')
    return failed(failure('app_not_admitted', 'The app is not listed.', { source: 'admission' }));
  return entrant.app_id === 'loud' ? dropped('quota_exceeded') : ok(null);
};
const enricher = createEnricher({ processor: 'headwater-enricher/1', lookUps: testLookUps(), admit });
const fatesOf = (
  payload: Partial<CollectorPayload>,
  ...events: readonly object[]
): readonly Fate<EnrichedEvent>[] =>
  enricher.payload(
    aCollectorPayload({ body: tp2Body(...events.map((event) => aTrackerEvent({ ...event }))), ...payload }),
  );
beforeEach(() => {
  asked.length = 0;
});

describe('the admission of events', () => {
  it('is asked of each event once, with its app, that of its request, its page, and the time of the collector', () => {
    const { collector_tstamp } = aCollectorPayload();
    const origin = 'https://shop.example';
    fatesOf({ app: 'shop', headers: { origin } }, { aid: 'shop' }, { aid: 'blog' });
    fatesOf({ app: null, headers: {} }, { aid: 'shop' });
    expect(asked).toEqual([
      { app_id: 'shop', admittedApp: 'shop', origin, collector_tstamp },
      { app_id: 'blog', admittedApp: 'shop', origin, collector_tstamp },
      { app_id: 'shop', admittedApp: null, origin: null, collector_tstamp },
    ]);
  });

  it('gives each event its own fate', () => {
    const fates = fatesOf({}, { aid: 'shop' }, { aid: 'stranger' }, { aid: 'loud' }, { aid: 'shop' });
    expect(fates.map(({ kind }) => kind)).toEqual(['ok', 'failed', 'dropped', 'ok']);
    expect(fates[2]).toMatchObject({ reason: 'quota_exceeded', subject: { app_id: 'loud' } });
  });

  it('fails an event under its own type, with all that a replay needs', () => {
    const [fate] = fatesOf({}, { aid: 'stranger', res: 'wide', uid: 'alice' });
    expect(fate).toMatchObject({
      kind: 'failed',
      value: {
        app_id: 'stranger',
        failure_type: 'app_not_admitted',
        failures: [{ type: 'app_not_admitted' }, { type: 'tracker_protocol_violation' }],
        parameters: { aid: 'stranger', e: 'pv' },
        replayable: true,
      },
    });
    expect(JSON.stringify(fate)).not.toContain('alice');
  });

  it('gives an event without an app that of its request', () => {
    const [fate] = fatesOf({ app: 'shop' }, { aid: undefined });
    expect(fate).toMatchObject({ kind: 'ok', value: { app_id: 'shop' } });
    const [unknown] = fatesOf({}, { aid: undefined });
    expect(unknown).toMatchObject({ kind: 'ok', value: { app_id: 'unknown' } });
  });

  it('is not asked of a replay: whoever replays an event has admitted it', () => {
    const { parameters } = aReplay();
    const fate = enricher.replay(aReplay({ app_id: 'loud', parameters: { ...parameters, aid: 'loud' } }));
    expect(fate.kind).toBe('ok');
    expect(asked).toEqual([]);
  });
});
