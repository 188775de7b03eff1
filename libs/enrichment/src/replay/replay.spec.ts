import type { EnrichedEvent, FailedEvent, Replay } from '@headwater/contracts';
import type { Fate } from '@headwater/stage';
import { aCollectorPayload, aReplay, aTrackerEvent, tp2Body, type TrackerEvent } from '@headwater/testing';
import { createEnricher } from '../enricher';
import { testLookUps } from '../testing/look-ups';

const lookUps = testLookUps();
const enricher = createEnricher({ processor: 'headwater-enricher/0.1.0', lookUps });

const unstructOf = (schema: string, data: object): string =>
  JSON.stringify({
    schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
    data: { schema, data },
  });
const ACCOUNT = 'iglu:com.acme/account/jsonschema/1-0-0';
const TYPING_ERROR = 'iglu:com.acme/acount/jsonschema/1-0-0';

const whole = aTrackerEvent({
  e: 'ue',
  uid: 'jane@example.org',
  duid: '1f0c9a10-52a5-4d1c-8f0e-2f7b8f0c9a10',
  sid: '2f0c9a10-52a5-4d1c-8f0e-2f7b8f0c9a10',
  url: 'https://shop.example/cart?utm_source=news&email=jane%40example.org',
  dtm: '1781999990000',
  stm: '1781999995000',
  ue_pr: unstructOf(ACCOUNT, { user_id: 'jane', friends: [] }),
});

const sentAs = (event: TrackerEvent): Fate<EnrichedEvent> => {
  const payload = aCollectorPayload({
    body: tp2Body(event),
    network_userid: '3f0c9a10-52a5-4d1c-8f0e-2f7b8f0c9a10',
  });
  const [fate] = enricher.payload(payload);
  if (!fate) throw new Error('The payload held no event.');
  return fate;
};

function failed(event: TrackerEvent): FailedEvent {
  const fate = sentAs(event);
  if (fate.kind !== 'failed') throw new Error(`The event did not fail: ${fate.kind}.`);
  return fate.value;
}

function good(fate: Fate<EnrichedEvent>): EnrichedEvent {
  if (fate.kind !== 'ok') throw new Error(`The event is not good: ${JSON.stringify(fate)}`);
  return fate.value;
}

/** The way back of a failed event, its parameters repaired. */
const replayOf = (
  event: FailedEvent,
  parameters: Record<string, string>,
  more: Partial<Replay> = {},
): Replay =>
  aReplay({
    failed_id: event.failed_id,
    app_id: event.app_id,
    collector_tstamp: event.collector_tstamp,
    event_id: event.event_id,
    event_fingerprint: event.event_fingerprint,
    payload_id: event.payload_id,
    payload_index: event.payload_index,
    geo_country: event.geo_country,
    useragent: event.useragent,
    pseudonym_key_id: event.pseudonym_key_id,
    parameters: { ...event.parameters, ...parameters },
    ...more,
  });

describe('a replay', () => {
  it('becomes the event that it would have been, with its own times, pseudonyms and country', () => {
    const wanted = good(sentAs({ ...whole, res: '800x600' }));
    const dead = failed({ ...whole, res: 'wide' });
    const event = good(enricher.replay(replayOf(dead, { res: '800x600' })));
    const replay = {
      replay_id: aReplay().replay_id,
      replay_of: dead.failed_id,
      replayed_at: aReplay().replayed_at,
    };
    // The fingerprint is that of the event as it was first sent; the version of the collector is not kept.
    expect(event).toEqual({
      ...wanted,
      ...replay,
      event_fingerprint: dead.event_fingerprint,
      v_collector: null,
    });
  });

  it('that was not repaired fails again under the same id', () => {
    const dead = failed({ ...whole, res: 'wide' });
    const fate = enricher.replay(replayOf(dead, {}));
    expect(fate).toMatchObject({
      kind: 'failed',
      value: { failed_id: dead.failed_id, replay_of: dead.failed_id, replay_id: aReplay().replay_id },
    });
    expect(fate.kind === 'failed' && fate.value.parameters).toEqual(dead.parameters);
  });

  it('that fails for another reason is another failed event, which names the one before', () => {
    const dead = failed({ ...whole, res: 'wide' });
    const fate = enricher.replay(replayOf(dead, { res: '1x1', vp: 'high' }));
    expect(fate.kind === 'failed' && fate.value.failed_id).not.toBe(dead.failed_id);
    expect(fate).toMatchObject({ kind: 'failed', value: { replay_of: dead.failed_id } });
  });

  it('pseudonymises what the repaired schema marks, and nothing twice', () => {
    const { pseudonymOf } = lookUps.pseudonyms.at('shop', aReplay().collector_tstamp);
    const dead = failed({
      ...whole,
      res: 'wide',
      ue_pr: unstructOf(TYPING_ERROR, { user_id: 'jane', friends: [] }),
    });
    const repaired = good(
      enricher.replay(
        replayOf(
          dead,
          { res: '1x1', ue_pr: unstructOf(ACCOUNT, { user_id: 'jane', friends: [] }) },
          { unpseudonymised: ['unstruct_event'] },
        ),
      ),
    );
    expect(JSON.parse(repaired.unstruct_event?.data ?? '')).toEqual({
      user_id: pseudonymOf('jane'),
      friends: [],
    });
    expect(repaired.user_id).toBe(pseudonymOf('jane@example.org'));
  });

  it('without any parameters fails for each that every event must carry', () => {
    const fate = enricher.replay(aReplay({ parameters: null }));
    expect(fate.kind === 'failed' && fate.value.failures?.map(({ field }) => field)).toEqual([
      'e',
      'p',
      'tv',
    ]);
  });

  it('that brings a fault of the enricher to light keeps all that it brought', () => {
    const faulty = createEnricher({
      processor: 'headwater-enricher/0.1.0',
      lookUps: testLookUps({
        markedPaths: () => {
          throw new TypeError('a defect');
        },
      }),
    });
    const replay = aReplay({
      parameters: { ...aReplay().parameters, ue_pr: unstructOf(ACCOUNT, {}) },
      unpseudonymised: ['unstruct_event'],
    });
    expect(faulty.replay(replay)).toMatchObject({
      kind: 'failed',
      value: { failure_type: 'enrichment_failure', replayable: true, parameters: replay.parameters },
    });
  });
});
