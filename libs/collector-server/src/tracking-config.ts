import { kitConfig } from '@headwater/service-kit';
import { z } from 'zod';
import { cookieConfig, TOKEN } from './cookie-config';
import { bodyConfig, connectionConfig } from './limits-config';
import { crossDomainConfig, pathsConfig, redirectConfig, rootConfig } from './pages-config';
import { refusalConfig } from './refusal-config';

const addressConfig = z.object({
  trustedProxies: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe(
      'Number of proxies in front that add to X-Forwarded-For: the country is derived from the address that the outermost of them saw, and from the connection where a request came by fewer. 0: only the connection counts. Not set: the first address of the header counts, as in other collectors of this protocol, and visitors can forge their country.',
    ),
  header: z
    .enum(['any', 'X-Forwarded-For', 'Forwarded'])
    .default('any')
    .describe(
      'Header that the proxies in front add to. any: X-Forwarded-For, else Forwarded. With ADDRESS__TRUSTED_PROXIES name it, or a visitor may send the other one.',
    ),
});

const corsConfig = z.object({
  origins: z
    .array(z.string())
    .default(['*'])
    .describe(
      'Pages that may send events with credentials, e.g. https://shop.example. `*` lets in any page that has a host: the answers hold nothing to read. List your pages when the cookie is on.',
    ),
  headers: z
    .array(z.string().regex(TOKEN, 'it is no header name'))
    .default([])
    .describe(
      'Request headers to allow besides Content-Type, SP-Anonymous, X-GitLab-AppId, X-Headwater-Key and X-Headwater-Strict.',
    ),
  maxAgeSeconds: z
    .number()
    .int()
    .min(0)
    .default(3_600)
    .describe('How long a browser may remember the answer to a preflight, seconds.'),
});

const overloadConfig = z.object({
  retryAfterSeconds: z
    .number()
    .int()
    .positive()
    .default(5)
    .describe('What a 503 tells trackers to wait before they try again, seconds.'),
});

const strictConfig = z.object({
  enabled: z
    .boolean()
    .default(false)
    .describe(
      'Whether a request may ask with X-Headwater-Strict: 1 to be checked before it is answered: bad events are then refused with 422 and their reasons. For development; every checked request costs what enricher and validator cost. Off: the header is ignored.',
    ),
});

const countsConfig = z.object({
  intervalMs: z
    .number()
    .int()
    .positive()
    .default(15_000)
    .describe('How often stage counts are published, milliseconds.'),
});

/** The settings of the collector, without those of its broker. */
export const trackingConfig = kitConfig.extend({
  connection: connectionConfig.prefault({}),
  body: bodyConfig.prefault({}),
  paths: pathsConfig.prefault({}),
  address: addressConfig.prefault({}),
  cookie: cookieConfig.prefault({}),
  refusal: refusalConfig.prefault({}),
  cors: corsConfig.prefault({}),
  redirect: redirectConfig.prefault({}),
  crossDomain: crossDomainConfig.prefault({}),
  root: rootConfig.prefault({}),
  strict: strictConfig.prefault({}),
  overload: overloadConfig.prefault({}),
  counts: countsConfig.prefault({}),
});

export type TrackingConfig = z.infer<typeof trackingConfig>;
