import { kitConfig } from '@headwater/service-kit';
import { z } from 'zod';

const MiB = 1024 * 1024;
const milliseconds = (value: number): z.ZodDefault<z.ZodNumber> => z.number().int().positive().default(value);

/** Limits of a connection: what keeps slow and greedy clients from starving the others. */
const connectionConfig = z
  .object({
    headersTimeoutMs: milliseconds(10_000).describe('Longest time for sending all headers, milliseconds.'),
    requestTimeoutMs: milliseconds(15_000).describe(
      'Longest time for sending a whole request, milliseconds. At least the time for its headers.',
    ),
    keepAliveTimeoutMs: milliseconds(75_000).describe(
      'How long an idle connection is kept, milliseconds. Longer than the load balancer in front keeps its own, or it sends into closed ones.',
    ),
    maxRequestsPerSocket: z
      .number()
      .int()
      .min(0)
      .default(1_000)
      .describe('Requests that one connection may carry before it is closed; 0: any number.'),
    maxHeaderBytes: z
      .number()
      .int()
      .min(4_096)
      .max(MiB)
      .default(40_960)
      .describe(
        'Largest request line and headers together, bytes. Trackers that send by GET put the whole event into the request line.',
      ),
    drainDelayMs: z
      .number()
      .int()
      .min(0)
      .default(0)
      .describe(
        'How long the service goes on accepting after SIGTERM while it already reports not ready, milliseconds. Behind a Kubernetes Service about 5000, so that it is taken out of rotation first; less than DRAIN__TIMEOUT_MS.',
      ),
  })
  .refine((connection) => connection.headersTimeoutMs <= connection.requestTimeoutMs, {
    path: ['requestTimeoutMs'],
    error: 'it is shorter than CONNECTION__HEADERS_TIMEOUT_MS',
  });

/** How much of a request is taken. */
const bodyConfig = z
  .object({
    maxBytes: z
      .number()
      .int()
      .positive()
      .max(32 * MiB)
      .default(MiB)
      .describe(
        'Largest body that is kept, bytes. A larger one is answered 200 and becomes a failed event (size_violation), because trackers send it again for ever otherwise.',
      ),
    dropBytes: z
      .number()
      .int()
      .positive()
      .default(2 * MiB)
      .describe('Body size from which a request is refused with 413, bytes. At least BODY__MAX_BYTES.'),
    maxBufferedBytes: z
      .number()
      .int()
      .positive()
      .default(64 * MiB)
      .describe(
        'Bytes of bodies that may be in memory while they are received, all connections together; above, requests are answered 503.',
      ),
  })
  .refine((body) => body.maxBytes <= body.dropBytes, {
    path: ['dropBytes'],
    error: 'it is less than BODY__MAX_BYTES',
  });

const addressConfig = z.object({
  trustedProxies: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe(
      'Number of proxies in front that add to X-Forwarded-For: the country is derived from the address that the outermost of them saw. 0: only the connection counts. Not set: the first address of the header counts, as in other collectors of this protocol.',
    ),
});

/** A token of RFC 6265, so that the name cannot break the header. */
const COOKIE_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const DOMAIN = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

const cookieConfig = z.object({
  enabled: z
    .boolean()
    .default(false)
    .describe('Whether the collector sets its cookie (network_userid). Needs the consent of the visitor.'),
  name: z.string().regex(COOKIE_NAME, 'it is no cookie name').default('sp').describe('Name of the cookie.'),
  maxAgeDays: z.number().int().positive().default(365).describe('How long the cookie lasts, days.'),
  domains: z
    .array(z.string().regex(DOMAIN, 'it is no domain in lower case'))
    .default([])
    .describe('Domains to set the cookie for: the first that is, or is a parent of, the host of the page.'),
  fallbackDomain: z
    .string()
    .regex(DOMAIN, 'it is no domain in lower case')
    .optional()
    .describe('Domain of the cookie when none of COOKIE__DOMAINS fits. Not set: the host of the collector.'),
  sameSite: z
    .enum(['None', 'Lax', 'Strict'])
    .default('None')
    .describe('SameSite attribute; pages of other sites need None.'),
  secure: z.boolean().default(true).describe('Send the cookie over HTTPS only; SameSite=None needs it.'),
});

const corsConfig = z.object({
  origins: z
    .array(z.string())
    .default(['*'])
    .describe(
      'Pages that may send events with credentials, e.g. https://shop.example. `*` lets in any page that has a host: the answers hold nothing to read. List your pages when the cookie is on.',
    ),
  headers: z
    .array(z.string().regex(COOKIE_NAME, 'it is no header name'))
    .default([])
    .describe('Request headers to allow besides Content-Type, SP-Anonymous and X-GitLab-AppId.'),
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

const countsConfig = z.object({
  intervalMs: milliseconds(15_000).describe('How often stage counts are published, milliseconds.'),
});

/** The settings of the collector, without those of its broker. */
export const trackingConfig = kitConfig.extend({
  connection: connectionConfig.prefault({}),
  body: bodyConfig.prefault({}),
  address: addressConfig.prefault({}),
  cookie: cookieConfig.prefault({}),
  cors: corsConfig.prefault({}),
  overload: overloadConfig.prefault({}),
  counts: countsConfig.prefault({}),
});

export type TrackingConfig = z.infer<typeof trackingConfig>;
