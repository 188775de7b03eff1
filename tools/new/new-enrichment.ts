import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'libs/enrichment/src/enrichments';
const LIST = `${FOLDER}/index.ts`;
/** What a new enrichment runs before: identifiers are pseudonyms from there on. */
const NEXT = '  pseudonymise,\n';

/** A name that cannot be used, or files in which there is no place for it. */
export class CannotMake extends Error {}

/**
 * Writes a new built-in enrichment and its spec, both working as they are, and adds it to the list before
 * `pseudonymise`.
 *
 * @param root of the workspace
 * @param given its name: `pageCategory` or `page-category`
 * @returns the paths that were written
 * @throws {CannotMake} saying what is wrong with the name, and writing nothing
 */
export function newEnrichment(root: string, given: string): readonly string[] {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(given) && !/^[a-z][A-Za-z0-9]{0,63}$/.test(given))
    throw new CannotMake(
      `"${given}" is no name for an enrichment. Name it by a noun, such as pageCategory: npm run new:enrichment -- pageCategory`,
    );
  const name = given.replace(/-([a-z0-9])/g, (_dash, letter: string) => letter.toUpperCase());
  const file = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const [source, spec] = [`${FOLDER}/${file}.ts`, `${FOLDER}/${file}.spec.ts`];
  const list = readFileSync(join(root, LIST), 'utf8');
  if (existsSync(join(root, source)) || new RegExp(`\\b${name}\\b`).test(list))
    throw new CannotMake(`The name ${name} is taken in ${FOLDER}. Choose another, or change what is there.`);
  if (RESERVED.has(name)) throw new CannotMake(`"${name}" is a word of the language. Choose another name.`);
  const lists = listed(list, name, file);
  writeFileSync(join(root, source), sourceOf(name));
  writeFileSync(join(root, spec), specOf(name, file));
  writeFileSync(join(root, LIST), lists);
  return [source, spec, LIST];
}

const RESERVED: ReadonlySet<string> = new Set(
  'break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in interface let new null package private protected public return static super switch this throw true try typeof var void while with yield ok z nothing'.split(
    ' ',
  ),
);

function listed(list: string, name: string, file: string): string {
  const line = `import { ${name} } from './${file}';`;
  const imports = [...list.matchAll(/^import .* from '\.\/.*';$/gm)].map(([found]) => found);
  const from = (text: string): string => /'(.*)'/.exec(text)?.[1] ?? '';
  const after = imports.filter((found) => from(found) < from(line)).at(-1);
  if (after === undefined || !list.includes(NEXT))
    throw new CannotMake(
      `${LIST} has no place for it: it lacks imports, or "pseudonymise" in the list. Add the line by hand.`,
    );
  return list.replace(after, `${after}\n${line}`).replace(NEXT, `  ${name},\n${NEXT}`);
}

const sourceOf = (name: string): string => `import { ok, type Outcome } from '@headwater/stage';
import { z } from 'zod';
import { defineEnrichment, type Patch } from './enrichment';

const nothing: Outcome<Patch> = ok({});

export const ${name} = defineEnrichment({
  name: '${name}',
  summary: 'Cuts the title of the page to a length (made by npm run new:enrichment: say here what yours adds).',
  reads: ['page_title'],
  writes: ['page_title'],
  config: z.object({
    longest: z.number().int().min(1).default(4_096).describe('Longest title that is kept, characters.'),
  }),
  example: {
    settings: { longest: 4 },
    given: { event: { page_title: 'Cart of the shop' } },
    sets: { page_title: 'Cart' },
  },
  create: ({ longest }) =>
    function ${name}({ event: { page_title } }) {
      return page_title === null ? nothing : ok({ page_title: page_title.slice(0, longest) });
    },
});
`;

const specOf = (name: string, file: string): string => `import { ok } from '@headwater/stage';
import { aDraft, testLookUps } from '../testing/look-ups';
import { ${name} } from './${file}';

const enrich = ${name}.create({ longest: 4 }, testLookUps());

it.each([
  ['a long title', 'Cart of the shop', 'Cart'],
  ['a short title', 'Cart', 'Cart'],
])('cuts %s', (_case, sent, page_title) => {
  expect(enrich(aDraft({ page_title: sent }))).toEqual(ok({ page_title }));
});

it('adds nothing to an event without a title', () => {
  expect(enrich(aDraft({ page_title: null }))).toEqual(ok({}));
});
`;
