import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, stop } from 'esbuild';
import type { ServiceName } from '@headwater/contracts';
import { builtServices } from '@headwater/pipeline';

const root = resolve(__dirname, '../..');
/** In the checkout, so that packages are found; not in `dist`, which ships. */
const variantsFolder = join(root, '.headwater/variants');

/** A change of a source file. The text must be there exactly once: a variant that changes nothing would prove nothing. */
export interface Edit {
  /** From the root of the checkout. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Variant {
  readonly name: string;
  readonly services: readonly (ServiceName | 'jobs')[];
  readonly edits: readonly Edit[];
}

/**
 * Builds services from sources that are changed on their way into the bundle; the checkout stays as it is, and the product
 * needs no hook for it. Answers the folder of the bundles, to be used in place of `dist/services`.
 *
 * @throws when a text to change is not there exactly once, or a changed file is in no bundle
 */
export async function buildVariant({ name, services, edits }: Variant): Promise<string> {
  const folder = join(variantsFolder, name);
  rmSync(folder, { recursive: true, force: true });
  const texts = editedTexts(edits);
  const used = new Set<string>();
  for (const service of services) {
    const out = join(folder, service);
    mkdirSync(out, { recursive: true });
    await build({
      entryPoints: [join(root, 'services', service, 'src/main.ts')],
      outfile: join(out, 'main.js'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node24',
      sourcemap: true,
      packages: 'external',
      tsconfig: join(root, 'tsconfig.base.json'),
      plugins: [
        {
          name: 'edits',
          setup(builder) {
            builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
              const contents = texts.get(path);
              if (contents === undefined) return null;
              used.add(path);
              return { contents, loader: 'ts' };
            });
          },
        },
      ],
      logLevel: 'error',
    });
    const schemas = join(builtServices, service, 'schemas');
    if (existsSync(schemas)) cpSync(schemas, join(out, 'schemas'), { recursive: true });
  }
  // Its process would keep whoever waits for this one's output waiting.
  await stop();
  const unused = [...texts.keys()].filter((path) => !used.has(path));
  if (unused.length > 0)
    throw new Error(`The variant ${name} changes ${unused.join(', ')}, which none of its services contains.`);
  return folder;
}

function editedTexts(edits: readonly Edit[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { file, from, to } of edits) {
    const path = join(root, file);
    const text = texts.get(path) ?? readFileSync(path, 'utf8');
    const parts = text.split(from);
    if (parts.length !== 2)
      throw new Error(
        `"${from}" is in ${file} ${parts.length - 1} times, and must be there once. The file has changed: correct the variant.`,
      );
    texts.set(path, parts.join(to));
  }
  return texts;
}
