import { maskAddresses, ok } from '@headwater/stage';
import { z } from 'zod';
import { defineEnrichment, nothing } from './enrichment';
import { remember } from './remember';
import { referrerMediums, referrerSources, type ReferrerSource } from './referrer-sources';
import { partsOf, queryParameters } from './url';

/** Longest search term that is kept, in characters: what the field takes. */
const LONGEST_TERM = 255;
/** Hosts whose source is kept in memory. */
const REMEMBERED_HOSTS = 10_000;
const ANY_TOP_LEVEL = '.*';

const host = z
  .string()
  .regex(
    /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?:\.\*)?$/,
    'a host has lower-case letters, digits, dots and dashes; it may end in .* for any top-level domain',
  );

/** Longest name of a host (RFC 1035, section 2.3.4), in characters. */
const LONGEST_HOST = 253;

export const referrer = defineEnrichment({
  name: 'referrer',
  summary:
    'Splits the referrer URL into its parts and says what kind of site it is of (internal, search, social, email, paid, chatbot, unknown), its name, and what was searched for.',
  reads: ['page_referrer', 'page_urlhost'],
  writes: [
    'refr_urlscheme',
    'refr_urlhost',
    'refr_urlport',
    'refr_urlpath',
    'refr_urlquery',
    'refr_urlfragment',
    'refr_medium',
    'refr_source',
    'refr_term',
  ],
  config: z.object({
    internalHosts: z
      .array(z.string())
      .default([])
      .describe('Hosts that count as the same site as the page, together with the hosts below them.'),
    sources: z
      .array(
        z.strictObject({
          medium: z.enum(referrerMediums),
          source: z.string().min(1),
          hosts: z.array(host).nonempty(),
          terms: z.array(z.string()).default([]),
        }),
      )
      .default([])
      .describe(
        'Referrers of your own, which count before the list that comes with Headwater: [{"medium": "search", "source": "Intranet", "hosts": ["search.example"], "terms": ["q"]}].',
      ),
  }),
  example: {
    given: { event: { page_referrer: 'https://www.google.co.uk/search?q=copper+kettle' } },
    sets: {
      refr_urlscheme: 'https',
      refr_urlhost: 'www.google.co.uk',
      refr_urlport: 443,
      refr_urlpath: '/search',
      refr_urlquery: 'q=copper+kettle',
      refr_urlfragment: null,
      refr_medium: 'search',
      refr_source: 'Google',
      refr_term: 'copper kettle',
    },
  },
  create: ({ internalHosts, sources }) => {
    const isListed = (name: string): boolean =>
      internalHosts.some((listed) => name === listed || name.endsWith(`.${listed}`));
    const known = byHost([...referrerSources, ...sources]);
    const sourceAt = remember(REMEMBERED_HOSTS, (name) => sourceOf(name, known));
    return function referrer({ event: { page_referrer, page_urlhost } }) {
      if (page_referrer === null) return nothing;
      const { scheme, host: name, port, path, query, fragment } = partsOf(page_referrer);
      const isInternal = name !== null && (name === page_urlhost || isListed(name));
      const source = name === null || isInternal || name.length > LONGEST_HOST ? null : sourceAt(name);
      return ok({
        refr_urlscheme: scheme,
        refr_urlhost: name,
        refr_urlport: port,
        refr_urlpath: path,
        refr_urlquery: query,
        refr_urlfragment: fragment,
        refr_medium: isInternal ? 'internal' : (source?.medium ?? 'unknown'),
        refr_source: source?.source ?? null,
        refr_term: source && query !== null && source.terms.size > 0 ? termIn(query, source.terms) : null,
      });
    };
  },
});

interface KnownSource extends Pick<ReferrerSource, 'medium' | 'source'> {
  readonly terms: ReadonlySet<string>;
}

type Hosts = ReadonlyMap<string, KnownSource>;

/** Of two sources with one host the later one counts. */
const byHost = (sources: readonly ReferrerSource[]): Hosts =>
  new Map(
    sources.flatMap(({ medium, source, hosts, terms = [] }) => {
      const known = { medium, source, terms: new Set(terms) };
      return hosts.map((name) => [name, known]);
    }),
  );

/** The source with the most specific host that the given one is, or is below of. */
function sourceOf(name: string, known: Hosts): KnownSource | null {
  const labels = name.split('.');
  for (let from = 0; from < labels.length; from += 1) {
    const rest = labels.slice(from);
    const found = known.get(rest.join('.')) ?? known.get(withoutTopLevel(rest) + ANY_TOP_LEVEL);
    if (found) return found;
  }
  return null;
}

/** `google.co.uk` and `google.de` without their top-level domain: `google`. */
function withoutTopLevel(labels: readonly string[]): string {
  const [second = '', top = ''] = labels.slice(-2);
  const isOfCountry = labels.length > 2 && top.length === 2 && second.length <= 3;
  return labels.slice(0, isOfCountry ? -2 : -1).join('.');
}

/** What was searched for; a visitor typed it, so no address is let through. */
function termIn(query: string, terms: ReadonlySet<string>): string | null {
  const found = queryParameters(query, terms);
  if (found.size === 0) return null;
  const term = [...terms].map((key) => found.get(key)).find((value) => value !== undefined) ?? '';
  return maskAddresses(term).slice(0, LONGEST_TERM);
}
