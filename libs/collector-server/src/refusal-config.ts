import { valuePattern } from '@headwater/collection';
import { z } from 'zod';
import { TOKEN } from './cookie-config';

const signal = z.enum(['ignore', 'anonymise', 'drop']);

const optOutCookie = z.object({
  name: z
    .string()
    .regex(TOKEN, 'it is no cookie name')
    .optional()
    .describe('Name of a cookie by which visitors refuse to be tracked. Not set: none.'),
  value: z
    .string()
    .max(256)
    .default('.*')
    .refine(isPattern, { error: 'it is no regular expression of RE2 (no look-around, no back-references)' })
    .describe(
      'Regular expression (RE2) that the whole value of the opt-out cookie matches when it means no; values above 256 characters never do.',
    ),
});

/** What a request itself refuses: decided before anything is written. */
export const refusalConfig = z.object({
  doNotTrack: signal
    .default('drop')
    .describe(
      'What the header DNT: 1 leads to: drop (200, nothing is written, counted as do_not_track), anonymise (as SP-Anonymous), or ignore.',
    ),
  globalPrivacyControl: signal
    .default('drop')
    .describe(
      'What the header Sec-GPC: 1 leads to: drop (200, nothing is written, counted as global_privacy_control), anonymise (as SP-Anonymous), or ignore.',
    ),
  cookie: optOutCookie.prefault({}),
});

function isPattern(pattern: string): boolean {
  try {
    valuePattern(pattern);
    return true;
  } catch {
    return false;
  }
}
