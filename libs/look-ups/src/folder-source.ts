import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { schemaVer, type SchemaAnswer, type SchemaKey, type SchemaSource } from '@headwater/validation';

/** A part of a key that may be a file name: nothing that could lead out of the folder. */
const SAFE_PART = /^[\w-][\w.-]*$/;

/** A folder laid out as a static Iglu registry: `vendor/name/format/M-R-A`. */
export function folderSource(folder: string, priority: number): SchemaSource {
  return {
    name: `folder ${folder}`,
    priority,
    vendorPrefixes: [],
    isNear: true,
    fetch: (key) => readSchema(folder, key),
  };
}

async function readSchema(folder: string, key: SchemaKey): Promise<SchemaAnswer> {
  const parts = [key.vendor, key.name, key.format, schemaVer(key)];
  if (!parts.every((part) => SAFE_PART.test(part))) return { kind: 'missing' };
  try {
    return { kind: 'found', document: JSON.parse(await readFile(join(folder, ...parts), 'utf8')) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return await absent(folder);
    return { kind: 'unreachable', reason: `has a file that cannot be read (${(error as Error).message})` };
  }
}

/** A folder that is not there has not said that it lacks the schema: a volume may not be mounted yet. */
const absent = (folder: string): Promise<SchemaAnswer> =>
  access(folder).then(
    () => ({ kind: 'missing' }),
    () => ({ kind: 'unreachable', reason: 'is not there: mount it, or take it out of IGLU__FOLDERS' }),
  );
