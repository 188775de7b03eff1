import { z } from 'zod';
import { customConfig } from '../custom/custom-config';
import { botDetection } from './bot-detection';
import { campaign } from './campaign';
import { cookies } from './cookies';
import { country } from './country';
import { dropIp } from './drop-ip';
import type { Enrichment } from './enrichment';
import { headers } from './headers';
import { linkDecoration } from './link-decoration';
import { pageUrl } from './page-url';
import { pseudonymise } from './pseudonymise';
import { referrer } from './referrer';
import { timeQuality } from './time-quality';
import { userAgent } from './user-agent';

/** Order is meaning: look-ups read the address and clear identifiers, `dropIp` removes it, and nothing may follow it. */
export const enrichments: readonly Enrichment[] = [
  userAgent,
  botDetection,
  country,
  pageUrl,
  campaign,
  referrer,
  linkDecoration,
  cookies,
  headers,
  timeQuality,
  pseudonymise,
  dropIp,
];

/** Settings of all enrichments, by name: `ENRICHMENTS__USER_AGENT__REMEMBERED`; then those of an operator's own. */
export const enrichmentsConfig = z.object({
  ...Object.fromEntries(enrichments.map(({ name, config }) => [name, config.prefault({})])),
  ...customConfig,
});
