/** A package that ships, with the licence that it states. */
export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** SPDX expression; null when it states none. */
  readonly licence: string | null;
}

/** Licences under which a part of an Apache-2.0 product may be passed on, by SPDX id. Adding one is a decision: read it first. */
export const allowedLicences: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
]);

/** A package whose metadata does not say what its licence is, and what a person has found. */
export interface Reviewed {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly reason: string;
}

export const reviewed: readonly Reviewed[] = [
  {
    name: '@kafkajs/confluent-schema-registry',
    version: '4.1.0',
    licence: 'MIT',
    reason: 'package.json names none; its file LICENSE is the MIT licence, word for word.',
  },
];

/** What speaks against passing the packages on: a sentence each. */
export function licenceProblems(
  packages: readonly Licensed[],
  exceptions: readonly Reviewed[] = reviewed,
): readonly string[] {
  const used = new Set<Reviewed>();
  const problems = packages.flatMap(({ name, version, licence }) => {
    const exception = exceptions.find((each) => each.name === name && each.version === version);
    if (exception) used.add(exception);
    const stated = licence ?? exception?.licence ?? null;
    const place = `${name}@${version}`;
    if (stated === null)
      return [
        `${place} states no licence. Read the licence in its folder; list it in tools/supply-chain/licences.ts with what you found, or take another package.`,
      ];
    return isAllowed(stated)
      ? []
      : [
          `${place} is under ${stated}, which is not on the list of licences that may be passed on. Take another package.`,
        ];
  });
  return [
    ...problems,
    ...exceptions
      .filter((exception) => !used.has(exception))
      .map(
        ({ name, version }) =>
          `The exception for ${name}@${version} fits no package that ships: remove it, or review the version that does.`,
      ),
  ];
}

/**
 * Whether an SPDX licence expression leaves a way that is allowed: one side of an OR, both of an AND. Exceptions (WITH) and what
 * is no expression are not.
 * https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/
 */
export function isAllowed(expression: string): boolean {
  const words = expression.match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const some = (): boolean => {
    let allowed = all();
    while (words[at]?.toUpperCase() === 'OR') {
      at += 1;
      allowed = all() || allowed;
    }
    return allowed;
  };
  const all = (): boolean => {
    let allowed = one();
    while (words[at]?.toUpperCase() === 'AND') {
      at += 1;
      allowed = one() && allowed;
    }
    return allowed;
  };
  const one = (): boolean => {
    const word = words[at];
    at += 1;
    if (word !== '(') return word !== undefined && allowedLicences.has(word);
    const allowed = some();
    const closed = words[at] === ')';
    at += 1;
    return allowed && closed;
  };
  return some() && at === words.length;
}

/** The licence that a package.json states, also in the forms of before 2015. */
export function licenceIn(manifest: {
  readonly license?: unknown;
  readonly licenses?: unknown;
}): string | null {
  const { license, licenses } = manifest;
  const typeOf = (value: unknown): string | null => {
    if (typeof value === 'string') return value.trim() === '' ? null : value.trim();
    const type = (value as { readonly type?: unknown } | null | undefined)?.type;
    return typeof type === 'string' ? type : null;
  };
  if (license === undefined && Array.isArray(licenses)) {
    const types = licenses.map(typeOf);
    return types.length === 0 || types.includes(null) ? null : `(${types.join(' OR ')})`;
  }
  return typeOf(license);
}
