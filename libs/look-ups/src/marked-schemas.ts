import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markedPathsIn, type MarkedPaths } from '@headwater/enrichment';
import { shippedSchemas } from './shipped-schemas';

const FORMAT = 'jsonschema';

/** What the schemas that come with Headwater mark, and those in folders of one's own. */
export const knownMarkedPaths = ({ folders }: { readonly folders: readonly string[] }): MarkedPaths =>
  readMarkedPaths([shippedSchemas(), ...folders]);

/**
 * What the schemas in some folders mark as identifying or as URLs.
 *
 * @param folders static Iglu registries: `vendor/name/jsonschema/M-R-A`
 * @throws when a folder or a schema cannot be read: an event of it might go out in clear
 */
export function readMarkedPaths(folders: readonly string[]): MarkedPaths {
  return markedPathsIn(folders.flatMap((folder) => schemaFiles(folder).map(readSchema)));
}

function schemaFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.parentPath.endsWith(FORMAT))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    throw new Error(
      `The schema folder ${folder} cannot be read (${(error as Error).message}). Correct IGLU__FOLDERS, or put the schemas there.`,
      { cause: error },
    );
  }
}

function readSchema(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(
      `The schema ${file} cannot be read (${(error as Error).message}). Correct it or take it away.`,
      {
        cause: error,
      },
    );
  }
}
