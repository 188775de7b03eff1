import { schemas } from '@headwater/contracts';
import { aFailedEvent, anEnrichedEvent, BUILT_AT } from '@headwater/testing';
import { MAX_KEPT_TEXT, minimalFailedEvent, refusedRow } from './failed-rows';
import { tables } from './tables';

const PROCESSOR = 'headwater-loader/0.1.0';
const why = 'a value of the column tr_total is no Decimal(38, 18).';
const fields = (schemas.FailedEvent as { fields: readonly { name: string }[] }).fields
  .map(({ name }) => name)
  .sort();

describe('refusedRow', () => {
  it('keeps of an event what a replay needs', () => {
    const event = anEnrichedEvent({ tr_total: '1e99', useragent: 'Bot from 203.0.113.7' });
    const failed = refusedRow(PROCESSOR, tables.events, { offset: 1n, id: '', value: event }, why, () => ({
      tr_tt: '1e99',
    }));
    expect(Object.keys(failed).sort()).toEqual(fields);
    expect(failed).toMatchObject({
      stage: 'loader',
      failure_type: 'loading_failure',
      app_id: 'shop',
      event_id: event.event_id,
      collector_tstamp: BUILT_AT,
      geo_country: 'GB',
      useragent: 'Bot from [address]',
      parameters: { tr_tt: '1e99' },
      replayable: true,
    });
    expect(failed.failures?.[0]?.message).toBe(`The table events_stored does not take this record: ${why}`);
  });

  it('names the failed event that a replay came from, so that this one stands for it', () => {
    const replay = { replay_id: 'a-replay', replay_of: 'a-failed-event', replayed_at: BUILT_AT };
    const row = { offset: 1n, id: '', value: anEnrichedEvent(replay) };
    expect(refusedRow(PROCESSOR, tables.events, row, why, () => ({}))).toMatchObject(replay);
  });

  it('has one id for one event, however often it is refused', () => {
    const id = (known = {}): string =>
      refusedRow(
        PROCESSOR,
        tables.events,
        { offset: 1n, id: '', value: anEnrichedEvent(known) },
        why,
        () => ({}),
      ).failed_id;
    expect(id()).toBe(id());
    expect(id({ event_id: '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a11' })).not.toBe(id());
  });

  it('keeps the text of a record that is no event, masked and cut', () => {
    const alert = {
      alert_id: 'a1',
      app_id: 'shop',
      collector_tstamp: BUILT_AT,
      summary: `203.0.113.7 ${'x'.repeat(MAX_KEPT_TEXT)}`,
    };
    const failed = refusedRow(
      PROCESSOR,
      tables.qualityAlerts,
      { offset: 1n, id: 'a1', value: alert },
      why,
      () => ({}),
    );
    expect(failed).toMatchObject({ app_id: 'shop', event_fingerprint: 'a1', replayable: false });
    expect(failed.payload).toHaveLength(MAX_KEPT_TEXT);
    expect(failed.payload).toContain('"summary":"[address] xxx');
  });
});

describe('minimalFailedEvent', () => {
  const odd = aFailedEvent({ payload_id: 'no UUID', parameters: { a: '1' }, payload: 'text' });

  it('keeps that, where and as what an event failed, and nothing that could be refused', () => {
    const minimal = minimalFailedEvent(odd, why);
    expect(Object.keys(minimal).sort()).toEqual(fields);
    expect(minimal).toMatchObject({
      failed_id: odd.failed_id,
      app_id: 'shop',
      stage: 'enricher',
      failure_type: 'tracker_protocol_violation',
      payload_id: null,
      parameters: null,
      payload: null,
      replayable: false,
    });
    expect(minimal.failures?.[0]?.message).toContain(why);
  });

  it('makes an id where there was none', () => {
    const { failed_id } = minimalFailedEvent({ ...odd, failed_id: 'x' }, why);
    expect(failed_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(minimalFailedEvent({ ...odd, failed_id: 'x' }, why).failed_id).toBe(failed_id);
  });
});
