import { readAlias, redirectHost } from '@headwater/collection';
import { z } from 'zod';
import { TOKEN } from './cookie-config';

/** Checks each text of a list with a reader that says what is wrong as a text, or null. */
const each = (problemOf: (text: string) => string | null): z.ZodType<string[]> =>
  z.array(z.string()).superRefine((texts, context) => {
    for (const text of texts) {
      const problem = problemOf(text);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
    }
  });

const aliasProblemOf = (entry: string): string | null => {
  const alias = readAlias(entry);
  return typeof alias === 'string' ? `its entry ${JSON.stringify(entry)} ${alias}` : null;
};

export const pathsConfig = z.object({
  aliases: each(aliasProblemOf)
    .default([])
    .describe(
      'Further paths for events, each with the one that it stands for: /assets/p=/com.snowplowanalytics.snowplow/tp2,/a/b/c=/i. One to eight segments; all methods.',
    ),
});

export const redirectConfig = z.object({
  enabled: z
    .boolean()
    .default(false)
    .describe('Whether links at /r/tp2?u=… are counted and followed. Off: 404.'),
  hosts: each((text) =>
    redirectHost(text) === null
      ? `its entry ${JSON.stringify(text)} is no host such as shop.example:8443`
      : null,
  )
    .default([])
    .describe(
      'Hosts that links may lead to, exactly; with the port where it is not that of the scheme. Any other link is answered 400.',
    ),
});

export const crossDomainConfig = z.object({
  enabled: z.boolean().default(false).describe('Whether /crossdomain.xml is served. Off: 404.'),
  domains: z
    .array(z.string().regex(/^(?:\*|(?:\*\.)?[a-z\d.-]+)$/i, 'it is no domain, such as *.shop.example or *'))
    .default(['*'])
    .describe('Domains that Flash movies may send from.'),
  secure: z.boolean().default(true).describe('Whether only movies that came over HTTPS may send.'),
});

const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

export const rootConfig = z.object({
  status: z
    .number()
    .int()
    .min(200)
    .max(599)
    .optional()
    .describe('Status of the answer to GET /, e.g. 302. Not set: 404 with a text that names the paths.'),
  headers: z
    .record(
      z.string().regex(TOKEN, 'it is no header name'),
      z.string().regex(HEADER_VALUE, 'it is no header value'),
    )
    .default({})
    .describe('Headers of the answer to GET /, as JSON: {"Location": "https://shop.example/"}.'),
  body: z.string().default('').describe('Body of the answer to GET /.'),
});
