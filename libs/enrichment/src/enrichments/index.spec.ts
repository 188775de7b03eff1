import type { z } from 'zod';
import { ok } from '@headwater/stage';
import { anEnrichedEvent } from '@headwater/testing';
import { aDraft, testLookUps } from '../testing/look-ups';
import type { Draft } from './enrichment';
import { enrichments, enrichmentsConfig } from '.';

const names = enrichments.map(({ name }) => name);

it('drops the address last', () => {
  expect(names.at(-1)).toBe('dropIp');
  expect(enrichments.at(-1)?.create({}, testLookUps())(aDraft({}, '203.0.113.0'))).toEqual({
    kind: 'ok',
    value: { user_ipaddress: null },
  });
});

it('pseudonymises after everything that reads clear identifiers', () => {
  expect(names.indexOf('pseudonymise')).toBe(names.length - 2);
});

it('gives every enrichment a name of its own, a summary, and defaults', () => {
  expect(new Set(names).size).toBe(names.length);
  expect(enrichments.map(({ summary }) => summary)).toEqual(
    names.map(() => expect.stringMatching(/^\S.*\.$/) as string),
  );
  expect(Object.keys(enrichmentsConfig.parse({}))).toEqual([...names, 'timeoutMs', 'custom']);
});

it('documents every setting', () => {
  const undocumented = enrichments.flatMap(({ name, config }) =>
    Object.entries(config.shape as Readonly<Record<string, z.ZodType>>)
      .filter(([, type]) => !type.meta()?.['description'])
      .map(([setting]) => `${name}.${setting}`),
  );
  expect(undocumented).toEqual([]);
});

/** The draft of an example; what the enrichment looks at is written down. */
function watched({ event = {}, user_ipaddress = null, request = {} }: Given): {
  readonly draft: Draft;
  readonly seen: ReadonlySet<string>;
} {
  const seen = new Set<string>();
  const watch = <T extends object>(target: T, ignored: readonly string[] = []): T =>
    new Proxy(target, {
      get(object, name: string) {
        if (!ignored.includes(name)) seen.add(name);
        return Reflect.get(object, name) as unknown;
      },
    });
  const draft = {
    ...aDraft(anEnrichedEvent({ geo_country: null, is_bot: null, ...event }), user_ipaddress, request),
    event: watch(anEnrichedEvent({ geo_country: null, is_bot: null, ...event })),
    request: watch({ headers: null, cookies: null, user_agent: null, ...request }),
  };
  return { draft: watch(draft, ['event', 'request', 'replay']), seen };
}

interface Given {
  readonly event?: Partial<Draft['event']>;
  readonly user_ipaddress?: string | null;
  readonly request?: Partial<Draft['request']>;
}

describe.each(enrichments.map((enrichment) => [enrichment.name, enrichment] as const))(
  '%s',
  (_name, { create, example, reads, writes }) => {
    const { draft, seen } = watched(example.given);
    const outcome = create(example.settings, testLookUps())(draft);

    it('does what its example shows', () => {
      expect(outcome).toEqual(ok(example.sets));
    });

    it('reads and writes only what it says', () => {
      expect([...seen].filter((place) => !(reads as readonly string[]).includes(place))).toEqual([]);
      expect(
        Object.keys(example.sets).filter((field) => !(writes as readonly string[]).includes(field)),
      ).toEqual([]);
    });
  },
);
