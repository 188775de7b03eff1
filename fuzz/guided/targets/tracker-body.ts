import { tp2Body } from '@headwater/testing';
import type { GuidedTarget } from '../guided-target';
import { plantedMembers } from './canary';
import type { Way } from './request-path';
import { brokenPromise, requestPromises } from './request-promises';
import { goodEvents, trackerWords } from './tracker-words';

const PATH = '/com.snowplowanalytics.snowplow/tp2';
const PAYLOAD_DATA = /^iglu:com\.snowplowanalytics\.snowplow\/payload_data\/jsonschema\/1-0-[0-4]$/;
/** Small enough to split the bodies that are tried, and large enough for the wrapper around their events. */
const SPLIT_BYTES = 1_000;
const ways: readonly Way[] = [
  { name: 'whole' },
  { name: 'split', maximumBodyBytes: SPLIT_BYTES },
  { name: 'anonymous', anonymous: true },
];

/** The body of some events, where the first names the visitor's address. */
function seed(events: typeof goodEvents, planted: string): Buffer {
  const body = tp2Body(...events).toString();
  return Buffer.from(body.replace('"data":[{', `"data":[{${planted},`));
}

export const trackerBody: GuidedTarget = {
  name: 'tracker body',
  promises: requestPromises,
  seeds: [
    ...goodEvents.map((event, at) => seed([event], plantedMembers[at] ?? '')),
    seed(goodEvents, plantedMembers[0] ?? ''),
    Buffer.from(`e=pv&p=web&tv=x&ip=${encodeURIComponent('203.0.113.77')}`),
  ],
  dictionary: [
    ...plantedMembers,
    ...trackerWords,
    '{"',
    '":"',
    '","',
    '},{',
    '[{',
    '\\u0022',
    '\\',
    '\ufeff',
  ].map((word) => Buffer.from(word)),
  maximumBytes: 8_192,
  inputsALook: 32,
  check: (body) =>
    brokenPromise(
      { method: 'POST', path: PATH, querystring: null, body: body.length === 0 ? null : body },
      ways,
      eventsIn(body),
    ),
};

/** How many events a body holds, where it is what trackers send; else null. */
function eventsIn(body: Buffer): number | null {
  try {
    const { schema, data } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as {
      readonly schema?: unknown;
      readonly data?: unknown;
    };
    return typeof schema === 'string' && PAYLOAD_DATA.test(schema) && Array.isArray(data) && data.length > 0
      ? data.length
      : null;
  } catch {
    return null;
  }
}
