import { z } from 'zod';

/** A token of RFC 6265, so that the name cannot break the header. Names of headers are made of the same characters. */
export const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const DOMAIN = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

const cookieName = z.string().regex(TOKEN, 'it is no cookie name');

/** The cookies of the collector, and those of others that it keeps. */
export const cookieConfig = z
  .object({
    enabled: z
      .boolean()
      .default(false)
      .describe('Whether the collector sets its cookie (network_userid). Needs the consent of the visitor.'),
    name: cookieName.default('sp').describe('Name of the cookie.'),
    clientName: cookieName
      .optional()
      .describe(
        'Name of a second cookie with the same value, which scripts of the page can read. Not set: none.',
      ),
    maxAgeDays: z.number().int().positive().default(365).describe('How long the cookie lasts, days.'),
    domains: z
      .array(z.string().regex(DOMAIN, 'it is no domain in lower case'))
      .default([])
      .describe('Domains to set the cookie for: the first that is, or is a parent of, the host of the page.'),
    fallbackDomain: z
      .string()
      .regex(DOMAIN, 'it is no domain in lower case')
      .optional()
      .describe(
        'Domain of the cookie when none of COOKIE__DOMAINS fits. Not set: the host of the collector.',
      ),
    sameSite: z
      .enum(['None', 'Lax', 'Strict'])
      .default('None')
      .describe('SameSite attribute; pages of other sites need None.'),
    secure: z.boolean().default(true).describe('Send the cookie over HTTPS only; SameSite=None needs it.'),
    bounce: z
      .boolean()
      .default(false)
      .describe(
        'Whether a GET for the pixel without the cookie is sent to itself once (302, n3pc=true), so that a browser that keeps no cookies is known as such. Needs COOKIE__ENABLED.',
      ),
    bounceProtocolHeader: z
      .string()
      .regex(TOKEN, 'it is no header name')
      .optional()
      .describe(
        'Header in which the proxy in front says http or https, e.g. X-Forwarded-Proto: the bounce then goes to that protocol and the Host. Not set: the bounce is relative.',
      ),
    kept: z
      .array(cookieName)
      .default([])
      .describe(
        'Names of other cookies that go with the payload, for enrichments to read; of anonymous visitors none.',
      ),
  })
  .refine((cookie) => cookie.clientName !== cookie.name, {
    path: ['clientName'],
    error: 'it is COOKIE__NAME, which scripts must not read',
  });
