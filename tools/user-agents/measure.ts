import { readFileSync } from 'node:fs';
import { createPseudonyms, enrichments, type Draft } from '@headwater/enrichment';
import { anEnrichedEvent, corpora } from '@headwater/testing';
import { sameAs, type Naming } from './naming';

/** One case of uap-core: a user agent, and what its authors say it is. */
interface Case {
  readonly user_agent_string: string;
  readonly family: string;
  readonly brand?: string | null;
  readonly model?: string | null;
}

/** What the enrichment says of a user agent. */
interface Reading {
  readonly useragentFamily: string;
  readonly osFamily: string;
  readonly deviceFamily: string;
}

/** How far the enrichment agrees with one corpus. */
export interface Agreement {
  /** What is compared: browser, operating system, device. */
  readonly what: string;
  readonly file: string;
  readonly cases: number;
  /** Names equal letter by letter. */
  readonly literal: number;
  /** Names equal by the rules of `naming.ts`. */
  readonly agreed: number;
  /** The enrichment says nothing, uap-core names something. */
  readonly silent: number;
  /** Both name something, and not the same. */
  readonly other: number;
  /** What was said, what was expected, how often; the most frequent first. */
  readonly disagreements: readonly (readonly [said: string, expected: string, times: number])[];
}

const NOTHING = 'Other';

const corporaOf = [
  { what: 'browser', file: 'test_ua.json', naming: 'browser', said: (reading) => reading.useragentFamily },
  { what: 'operating system', file: 'test_os.json', naming: 'system', said: (reading) => reading.osFamily },
  { what: 'device', file: 'test_device.json', naming: 'device', said: (reading) => reading.deviceFamily },
] as const satisfies readonly {
  readonly what: string;
  readonly file: string;
  readonly naming: Naming;
  readonly said: (reading: Reading) => string;
}[];

/** Runs the enrichment over the whole of the three corpora, as it runs over events. */
export function measure(): readonly Agreement[] {
  const read = reader();
  return corporaOf.map(({ what, file, naming, said }) => {
    const cases = JSON.parse(readFileSync(corpora('uap-core', file), 'utf8')) as readonly Case[];
    const compared = cases.map((one) => {
      const name = said(read(one.user_agent_string));
      return { name, family: one.family, isLiteral: name === one.family, isSame: sameAs(naming, name, one) };
    });
    const wrong = compared.filter(({ isSame }) => !isSame);
    const silent = wrong.filter(({ name }) => name === NOTHING).length;
    return {
      what,
      file,
      cases: cases.length,
      literal: compared.filter(({ isLiteral }) => isLiteral).length,
      agreed: cases.length - wrong.length,
      silent,
      other: wrong.length - silent,
      disagreements: counted(wrong.map(({ name, family }) => [name, family] as const)),
    };
  });
}

function reader(): (useragent: string) => Reading {
  const enrichment = enrichments.find(({ name }) => name === 'userAgent');
  if (!enrichment)
    throw new Error('There is no enrichment userAgent. Name the one that reads user agents here.');
  const enrich = enrichment.create(undefined, {
    countryOf: () => null,
    pseudonyms: createPseudonyms([
      { id: 'measure', secret: 'no event is pseudonymised in this measurement' },
    ]),
    markedPaths: () => [],
  });
  return (useragent) => {
    const draft: Draft = {
      event: anEnrichedEvent({ useragent }),
      user_ipaddress: null,
      replay: null,
      request: { headers: null, cookies: null, user_agent: useragent },
    };
    const outcome = enrich(draft);
    const contexts =
      outcome.kind === 'ok' && 'derived_contexts' in outcome.value ? outcome.value.derived_contexts : null;
    return JSON.parse(contexts?.[0]?.data ?? '{}') as Reading;
  };
}

function counted(pairs: readonly (readonly [string, string])[]): Agreement['disagreements'] {
  const times = new Map<string, number>();
  for (const pair of pairs) times.set(JSON.stringify(pair), (times.get(JSON.stringify(pair)) ?? 0) + 1);
  return [...times]
    .map(([key, count]) => {
      const [said, expected] = JSON.parse(key) as readonly [string, string];
      return [said, expected, count] as const;
    })
    .sort((a, b) => b[2] - a[2] || (`${a[1]}\n${a[0]}` < `${b[1]}\n${b[0]}` ? -1 : 1));
}
