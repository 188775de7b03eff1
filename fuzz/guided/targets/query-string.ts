import { redirectTarget, splitTarget } from '@headwater/collection';
import type { GuidedTarget } from '../guided-target';
import { plantedParameters } from './canary';
import type { Way } from './request-path';
import { brokenPromise, requestPromises } from './request-promises';
import { goodEvents, trackerWords } from './tracker-words';

/** Where events are sent by GET: the pixel, links, the webhook. */
const paths = ['/i', '/r/tp2', '/com.snowplowanalytics.iglu/v1'];
const ways: readonly Way[] = [{ name: 'known' }, { name: 'anonymous', anonymous: true }];
const hosts = new Set(['shop.example']);
/** What no request line can hold. */
const NOT_SENT = /[\0- \x7f]/g;

const more = [
  { u: 'https://shop.example/out?a=b' },
  { schema: 'iglu:com.acme/account/jsonschema/1-0-0', user_id: 'jane', link: 'https://shop.example/' },
];

export const queryString: GuidedTarget = {
  name: 'query string',
  promises: requestPromises,
  seeds: [...goodEvents, ...more].map((event, at) =>
    Buffer.from(`${new URLSearchParams(event).toString()}&${plantedParameters[at] ?? ''}`),
  ),
  dictionary: [
    ...plantedParameters.flatMap((parameter) => [`&${parameter}`, `?${parameter}&`]),
    ...trackerWords.map((word) => encodeURIComponent(word)),
    ...[
      '&',
      '=',
      '?',
      '+',
      '&&',
      '%26',
      '%3D',
      '%25',
      '%2',
      'u=https://shop.example/',
      'u=//x',
      '%EF%BB%BF',
      '\u00ef\u00bb\u00bf',
    ],
  ].map((word) => Buffer.from(word, 'latin1')),
  maximumBytes: 4_096,
  inputsALook: 32,
  check: (input) => {
    const text = input.toString('latin1').replace(NOT_SENT, '');
    for (const path of paths) {
      const { querystring } = splitTarget(`${path}?${text}`);
      const problem = brokenPromise({ method: 'GET', path, querystring, body: null }, ways, 1);
      if (problem !== null) return { kind: `${problem.kind} at ${path}`, detail: problem.detail };
      const target = redirectTarget(querystring, hosts);
      if (target !== null && !hosts.has(new URL(target).host))
        return { kind: 'a link leads to a host that is not on the list', detail: target };
    }
    return null;
  },
};
