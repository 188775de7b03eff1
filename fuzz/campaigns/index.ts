import type { Campaign } from '../attack';
import { bombs } from './bombs';
import { headers } from './headers';
import { jsonTexts } from './json-texts';
import { mutations } from './mutations';
import { naughtyStrings } from './naughty-strings';
import { paths } from './paths';
import { smuggling } from './smuggling';

/** All families, in order. The mutations come last: they fill up what the others leave of the requests asked for. */
export const campaigns: readonly Campaign[] = [
  jsonTexts,
  bombs,
  smuggling,
  headers,
  paths,
  naughtyStrings,
  mutations,
];
