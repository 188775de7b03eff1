import { dropped, ok } from '@headwater/stage';
import { aDraft, testLookUps } from '../testing/look-ups';
import { botDetection } from './bot-detection';
import { LONGEST_USER_AGENT } from './user-agent';

const googlebot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

it.each([
  ['a crawler', googlebot, true],
  ['a program', 'curl/8.5.0', true],
  ['a browser', firefox, false],
  ['no user agent', null, null],
])('says of %s whether it is a bot', (_case, useragent, is_bot) => {
  expect(botDetection.create({}, testLookUps())(aDraft({ useragent }))).toEqual(ok({ is_bot }));
});

it('drops the events of bots when asked to', () => {
  const enrich = botDetection.create({ drop: true }, testLookUps());
  expect(enrich(aDraft({ useragent: googlebot }))).toEqual(dropped('bot'));
  expect(enrich(aDraft({ useragent: firefox }))).toEqual(ok({ is_bot: false }));
});

it('looks no further than the bound', () => {
  const enrich = botDetection.create({}, testLookUps());
  expect(enrich(aDraft({ useragent: firefox.padEnd(LONGEST_USER_AGENT) + googlebot }))).toEqual(
    ok({ is_bot: false }),
  );
});
