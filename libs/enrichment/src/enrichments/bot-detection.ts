import { dropped, ok, type Outcome } from '@headwater/stage';
import { isbot } from 'isbot';
import { z } from 'zod';
import { defineEnrichment, type Patch } from './enrichment';
import { remember } from './remember';
import { LONGEST_USER_AGENT } from './user-agent';

const human: Outcome<Patch> = ok({ is_bot: false });
const bot: Outcome<Patch> = ok({ is_bot: true });
const unknown: Outcome<Patch> = ok({ is_bot: null });

export const botDetection = defineEnrichment({
  name: 'botDetection',
  summary: 'Says whether the user agent names itself a bot; such events can be dropped, which is counted.',
  reads: ['useragent'],
  writes: ['is_bot'],
  config: z.object({
    drop: z.boolean().default(false).describe('Drop the events of bots instead of marking them with is_bot.'),
    remembered: z
      .number()
      .int()
      .min(1)
      .default(20_000)
      .describe('User agents whose answer is kept in memory; asking anew costs some 25 µs.'),
  }),
  example: {
    given: {
      event: { useragent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
    },
    sets: { is_bot: true },
  },
  create: ({ drop, remembered }) => {
    const ofBot: Outcome<Patch> = drop ? dropped('bot') : bot;
    const judge = remember(remembered, (useragent) => (isbot(useragent) ? ofBot : human));
    return function botDetection({ event: { useragent } }) {
      return useragent === null ? unknown : judge(useragent.slice(0, LONGEST_USER_AGENT));
    };
  },
});
