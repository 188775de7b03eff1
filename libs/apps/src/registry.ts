import { z } from 'zod';

const appId = z
  .string()
  .min(1)
  .max(255)
  .describe('What events of the app carry as `aid`: it becomes their app_id.');

/** An origin as browsers write it (RFC 6454): lower case, no path, no port that is the scheme's own. */
const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  error: 'it is no origin as browsers write it: https://shop.example, in lower case, without a path',
});

const rate = z.number().positive().max(1_000_000);

const quota = z.strictObject({
  eventsPerSecond: rate.describe('Events a second, on average, that are taken of the app.'),
  burst: z
    .number()
    .min(1)
    .optional()
    .describe('Events that may come at once after a rest. Default: those of 60 seconds.'),
});

const app = z.strictObject({
  id: appId,
  keys: z
    .array(z.string().min(8).max(255))
    .default([])
    .describe(
      'Write keys: with any, a request must show one (X-Headwater-Key or X-GitLab-AppId) or come by a path of the app.',
    ),
  aliases: z
    .array(z.string())
    .default([])
    .describe("Paths of the collector that are this app's own, e.g. /shop/t."),
  origins: z
    .array(origin)
    .default([])
    .describe('Pages that may send for the app: with any, a browser on another page is not admitted.'),
  quota: quota
    .optional()
    .describe('How many events are taken of the app; those above are failed as quota_exceeded.'),
  requestsPerSecond: rate
    .optional()
    .describe('Requests a second that one collector takes of the app; above, it answers 429.'),
  requestBurst: z
    .number()
    .min(1)
    .optional()
    .describe('Requests that may come at once after a rest. Default: those of two seconds.'),
  strict: z
    .boolean()
    .default(false)
    .describe('Check events before the answer, and refuse bad ones with 422: for apps under development.'),
});

/** What becomes of what is not admitted. */
const fate = z.enum(['fail', 'drop', 'reject']);

export const registrySchema = z
  .strictObject({
    unknown: z
      .enum(['accept', ...fate.options])
      .default('accept')
      .describe(
        'Events of apps that are not listed: accept; fail (a failed event app_not_admitted); drop (counted); reject (drop, and answer 403 where the request itself names the app).',
      ),
    unproven: fate
      .default('fail')
      .describe(
        'Events of a listed app that come without its key, or from a page that is not one of its own.',
      ),
    overQuota: z.enum(['fail', 'drop']).default('fail').describe('Events above the quota of their app.'),
    apps: z.array(app).default([]).describe('The known apps.'),
  })
  .superRefine((registry, context) => {
    const ids = new Set<string>();
    for (const [what, valuesOf] of uniques)
      for (const { value, place } of repeated(registry.apps, valuesOf)) {
        if (what === 'the id') ids.add(value);
        if (what === 'a key' && ids.has(value)) continue;
        context.addIssue({
          code: 'custom',
          path: ['apps', place],
          message:
            what === 'a key'
              ? 'one of its keys is listed a second time, or is the id of an app' // keys are not shown
              : `${what} ${JSON.stringify(value)} is listed a second time`,
        });
      }
  });

/** The known apps, and what becomes of events of others. */
export type AppRegistry = z.infer<typeof registrySchema>;
export type App = z.infer<typeof app>;
export type AdmissionFate = z.infer<typeof fate>;

/** What must belong to one app only. A key must be no other app's id either: X-GitLab-AppId carries one or the other. */
const uniques: readonly (readonly [string, (app: App) => readonly string[]])[] = [
  ['the id', ({ id }) => [id]],
  ['a key', ({ id, keys }) => [id, ...keys]],
  ['the path', ({ aliases }) => aliases],
];

/** Values that were listed before, by an earlier app or by the same one. */
function repeated(
  apps: readonly App[],
  valuesOf: (app: App) => readonly string[],
): readonly { readonly value: string; readonly place: number }[] {
  const seen = new Set<string>();
  const found: { value: string; place: number }[] = [];
  for (const [place, entry] of apps.entries())
    for (const value of valuesOf(entry)) {
      if (seen.has(value)) found.push({ value, place });
      seen.add(value);
    }
  return found;
}

/**
 * Reads a registry.
 *
 * @returns the registry, or everything that is wrong with it, one line a problem
 */
export function readRegistry(document: unknown): AppRegistry | readonly string[] {
  const result = registrySchema.safeParse(document);
  if (result.success) return result.data;
  return result.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? 'the registry' : path.map(String).join('.')}: ${message}`,
  );
}
