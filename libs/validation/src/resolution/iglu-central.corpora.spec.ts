import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpora } from '@headwater/testing';
import { compileSchema } from './compile';

const root = corpora('iglu-central', 'schemas');
const schemas = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.parentPath.endsWith('/jsonschema'))
  .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));

const compile = (path: string) => compileSchema(JSON.parse(readFileSync(join(root, path), 'utf8')) as object);

/** A command of another product, never an event: it refers to a document on a server. */
const refersElsewhere = 'com.snowplowanalytics.sauna.commands/command/jsonschema/1-0-0';

describe('the schemas of Iglu Central', () => {
  it('are all there', () => {
    expect(schemas.length).toBeGreaterThan(600);
  });

  it.each(schemas.filter((path) => path !== refersElsewhere))('%s compiles', (path) => {
    expect(() => compile(path)).not.toThrow();
  });

  it('are refused where they would need another document', () => {
    expect(() => compile(refersElsewhere)).toThrow("can't resolve reference http://iglucentral.com");
  });
});
