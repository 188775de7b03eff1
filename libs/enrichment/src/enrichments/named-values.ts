import { maskAddresses, ok, type Outcome } from '@headwater/stage';
import { z } from 'zod';
import { derivedContext } from './derived-context';
import { nothing, type Draft, type LookUps, type Patch } from './enrichment';

/** Longest value, in characters: what the schemas of the contexts allow. */
const LONGEST = 4_096;

/** Settings of an enrichment that adds what is named, and nothing else. @param what `Cookies` */
export const namedValuesConfig = (what: string) =>
  z.object({
    names: z.array(z.string()).default([]).describe(`${what} that are added, their values as pseudonyms.`),
    plain: z
      .array(z.string())
      .default([])
      .describe(
        `${what} that are added with their values as they came, addresses masked. Only name here what cannot identify anybody.`,
      ),
  });

/** Adds a context for each named value of a request: as a pseudonym, unless it is named as plain. */
export type AddNamedValues = (
  sent: Readonly<Record<string, string>> | null,
  event: Draft['event'],
) => Outcome<Patch>;

export function namedValues(
  context: 'http_cookie' | 'http_header',
  { names, plain }: z.infer<ReturnType<typeof namedValuesConfig>>,
  { pseudonyms }: LookUps,
): AddNamedValues {
  const isPlain = new Map([
    ...names.map((name) => [name, false] as const),
    ...plain.map((name) => [name, true] as const),
  ]);
  return (sent, event) => {
    if (sent === null || isPlain.size === 0) return nothing;
    const contexts = [...isPlain].flatMap(([name, asItCame]) => {
      if (!Object.hasOwn(sent, name)) return [];
      const text = sent[name] ?? '';
      const value = asItCame
        ? maskAddresses(text)
        : pseudonyms.at(event.app_id, event.collector_tstamp).pseudonymOf(text);
      return [derivedContext('org.ietf', context, { name, value: value.slice(0, LONGEST) })];
    });
    return contexts.length === 0 ? nothing : ok({ derived_contexts: contexts });
  };
}
