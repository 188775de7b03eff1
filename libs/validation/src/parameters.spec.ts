import fc from 'fast-check';
import { EventKind, type EnrichedEvent, type SelfDescribing } from '@headwater/contracts';
import { ADDRESS_MASK } from '@headwater/stage';
import { anEnrichedEvent } from '@headwater/testing';
import { kinds, parametersOf } from './parameters';

const json = (data: string): SelfDescribing => ({
  vendor: 'com.acme',
  name: 'click',
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition: 0,
  data,
});

describe('parametersOf', () => {
  it('gives back what a tracker sent', () => {
    const event = anEnrichedEvent({
      event: 'struct',
      user_id: 'a pseudonym',
      se_category: 'shop',
      se_value: 1.5,
      br_cookies: true,
      br_features_pdf: false,
      dvce_screenwidth: 1024,
      dvce_screenheight: 768,
      br_viewwidth: 800,
      true_tstamp: 1_782_000_000_123,
    });
    expect(parametersOf(event)).toEqual({
      e: 'se',
      eid: event.event_id,
      aid: 'shop',
      p: 'web',
      tv: 'js-4.10.1',
      dtm: '1781999999000',
      stm: '1782000000000',
      ttm: '1782000000123',
      uid: 'a pseudonym',
      se_ca: 'shop',
      se_va: '1.5',
      cookie: '1',
      f_pdf: '0',
      res: '1024x768',
    });
  });

  it('knows the parameter of every kind of event', () => {
    expect(Object.keys(kinds).toSorted()).toEqual([...EventKind].toSorted());
  });

  it('wraps event and contexts as a tracker does, digit by digit', () => {
    const exact = '{"big":12345678901234567890,"money":1.10,"text":"a\\u00e9"}';
    const { ue_pr, co } = parametersOf(
      anEnrichedEvent({ unstruct_event: json(exact), contexts: [json('{}'), json(exact)] }),
    );
    expect(ue_pr).toBe(
      `{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":"iglu:com.acme/click/jsonschema/1-0-0","data":${exact}}}`,
    );
    expect(co).toBe(
      `{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1","data":[{"schema":"iglu:com.acme/click/jsonschema/1-0-0","data":{}},{"schema":"iglu:com.acme/click/jsonschema/1-0-0","data":${exact}}]}`,
    );
  });

  it('keeps text that is not JSON, as text', () => {
    const { ue_pr } = parametersOf(anEnrichedEvent({ unstruct_event: json('{"id":') }));
    expect(JSON.parse(ue_pr ?? '')).toMatchObject({ data: { data: '{"id":' } });
  });

  it.each<[string, Partial<EnrichedEvent>]>([
    ['a title', { page_title: 'you are 81.2.69.142' }],
    ['a URL', { page_url: 'https://shop.example/?ip=81.2.69.142' }],
    ['an event', { unstruct_event: json('{"ip":"81.2.69.142"}') }],
    ['a name in an event', { unstruct_event: json('{"81.2.69.142":1}') }],
    ['an escape', { unstruct_event: json('{"ip":"\\u0038\\u0031.2.69.142"}') }],
    ['a line end before', { contexts: [json('{"ip":"from\\n81.2.69.142"}')] }],
    ['text that is not JSON', { contexts: [json('81.2.69.142')] }],
  ])('masks an address in %s', (_case, known) => {
    const text = Object.values(parametersOf(anEnrichedEvent(known))).join('\n');
    expect(text).toContain(ADDRESS_MASK);
    expect(text).not.toContain('2.69.142');
  });

  it('makes JSON of any data, and the same data where there is nothing to mask', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.ipV4()), (value, addresses) => {
        const data = JSON.stringify({ value, addresses });
        const { co } = parametersOf(anEnrichedEvent({ contexts: [json(data)] }));
        const read = JSON.parse(co ?? '') as { data: [{ data: unknown }] };
        if (addresses.length === 0) expect(JSON.stringify(read.data[0].data)).toBe(data);
      }),
    );
  });

  it('leaves out what is not known', () => {
    expect(parametersOf(anEnrichedEvent({ platform: 'unknown', event: 'unknown' }))).not.toHaveProperty('p');
    expect(parametersOf(anEnrichedEvent({ event: null }))).not.toHaveProperty('e');
  });
});
