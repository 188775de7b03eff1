import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import {
  anEvent,
  PAYLOAD_DATA,
  payloadOf,
  post,
  selfDescribing,
  type Attack,
  type Campaign,
} from '../attack';

const KiB = 1024;
const MiB = 1024 * KiB;
const nested = (depth: number, open = '[', close = ']'): string => open.repeat(depth) + close.repeat(depth);

/** Requests that are small and cost much, or are as large as they may be. */
export const bombs: Campaign = {
  name: 'bombs',
  *attacks(random): Iterable<Attack> {
    for (const size of [1, 5, 20, 100, 200].map((mebibytes) => mebibytes * MiB)) {
      const zeros = Buffer.alloc(size);
      for (const [encoding, bytes] of [
        ['gzip', gzipSync(zeros)],
        ['deflate', deflateSync(zeros)],
        ['br', brotliCompressSync(zeros.subarray(0, 20 * MiB))],
        ['gzip, gzip', gzipSync(gzipSync(zeros))],
      ] as const)
        yield {
          name: `${String(size / MiB)} MiB of zeros as ${encoding}`,
          send: post(bytes, { 'content-encoding': encoding }),
          events: 'any',
        };
    }
    const good = gzipSync(payloadOf(anEvent(random)));
    yield { name: 'a good gzip', send: post(good, { 'content-encoding': 'gzip' }), events: 1 };
    yield {
      name: 'a gzip cut off',
      send: post(good.subarray(0, 40), { 'content-encoding': 'gzip' }),
      events: 'any',
    };
    yield {
      name: 'two gzips, one after the other',
      send: post(Buffer.concat([good, good]), { 'content-encoding': 'gzip' }),
      events: 'any',
    };
    yield { name: 'text called gzip', send: post('no gzip', { 'content-encoding': 'gzip' }), events: 'any' };

    for (const depth of [31, 32, 33, 40, 41, 1_000, 100_000]) {
      const arrays = nested(depth);
      const objects = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
      for (const [kind, deep] of [
        ['arrays', arrays],
        ['objects', objects],
      ] as const) {
        yield { name: `${String(depth)} ${kind} as the body`, send: post(deep), events: 'some' };
        yield {
          name: `${String(depth)} ${kind} beside a good event`,
          send: post(`{"schema":"${PAYLOAD_DATA}","data":[${JSON.stringify(anEvent(random))},${deep}]}`),
          events: 'some',
        };
        yield {
          name: `${String(depth)} ${kind} in a context`,
          send: post(
            payloadOf(
              anEvent(random, {
                co: `{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":[{"schema":"iglu:com.acme/deep/jsonschema/1-0-0","data":${deep}}]}`,
              }),
            ),
          ),
          events: 1,
        };
      }
    }
    for (const count of [1_000, 20_000]) {
      const keys = Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`k${String(index)}`, 'v']),
      );
      yield {
        name: `${String(count)} parameters`,
        send: post(payloadOf(anEvent(random, keys))),
        events: 1,
      };
      yield {
        name: `${String(count)} keys of data`,
        send: post(
          payloadOf(
            anEvent(random, {
              e: 'ue',
              ue_pr: selfDescribing('unstruct_event', {
                schema: 'iglu:com.acme/wide/jsonschema/1-0-0',
                data: keys,
              }),
            }),
          ),
        ),
        events: 1,
      };
      yield {
        name: `${String(count)} contexts`,
        send: post(
          payloadOf(
            anEvent(random, {
              co: selfDescribing(
                'contexts',
                Array.from({ length: count }, (_, index) => ({
                  schema: `iglu:com.acme/c${String(index)}/jsonschema/1-0-0`,
                  data: {},
                })),
              ),
            }),
          ),
        ),
        events: 1,
      };
      yield {
        name: `${String(count)} empty events`,
        send: post(
          `{"schema":"${PAYLOAD_DATA}","data":[${Array.from({ length: count }, () => '{}').join(',')}]}`,
        ),
        events: count,
      };
    }
    for (const kibibytes of [900, 1_000, 1_024, 1_500, 2_000, 2_047, 4_000, 8_000]) {
      const text = 'x'.repeat(kibibytes * KiB);
      yield {
        name: `one event of ${String(kibibytes)} KiB`,
        send: post(payloadOf(anEvent(random, { page: text }))),
        events: 'any',
      };
      yield {
        name: `small events of ${String(kibibytes)} KiB together`,
        send: post(
          payloadOf(...Array.from({ length: kibibytes }, () => anEvent(random, { page: 'x'.repeat(900) }))),
        ),
        events: 'any',
      };
    }
    for (const number of [
      '1e400',
      '-1e400',
      '9007199254740993',
      `1${'0'.repeat(5_000)}`,
      `0.${'1'.repeat(5_000)}`,
    ])
      for (const key of ['se_va', 'vid', 'dtm', 'ti_pr', 'ti_qu', 'res'])
        yield {
          name: `${number.slice(0, 20)} as ${key}`,
          send: post(payloadOf(anEvent(random, { [key]: number }))),
          events: 1,
        };
  },
};
