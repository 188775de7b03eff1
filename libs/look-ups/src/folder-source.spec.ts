import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchemaKey } from '@headwater/validation';
import { folderSource } from './folder-source';
import { shippedSchemas } from './shipped-schemas';

const key = (known: Partial<SchemaKey> = {}): SchemaKey => ({
  vendor: 'com.acme',
  name: 'click',
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition: 2,
  ...known,
});

describe('a folder of schemas', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'schemas-'));
    mkdirSync(join(folder, 'com.acme/click/jsonschema'), { recursive: true });
    writeFileSync(join(folder, 'com.acme/click/jsonschema/1-0-2'), '{"type":"object"}');
    writeFileSync(join(folder, 'com.acme/click/jsonschema/1-0-3'), '{"type":');
    writeFileSync(join(folder, 'secret'), '{}');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('has what lies at vendor/name/format/version', async () => {
    await expect(folderSource(folder, 0).fetch(key())).resolves.toEqual({
      kind: 'found',
      document: { type: 'object' },
    });
  });

  it.each<[string, Partial<SchemaKey>]>([
    ['another version', { addition: 0 }],
    ['another vendor', { vendor: 'com.other' }],
    ['a file where a folder should be', { vendor: 'secret' }],
    ['a way out', { vendor: '..', name: '..', format: '..' }],
    ['a path in a part', { vendor: 'com.acme/click', name: 'jsonschema' }],
    ['a name that no file can have', { name: 'a'.repeat(300) }],
  ])('does not have %s', async (_case, known) => {
    await expect(folderSource(folder, 0).fetch(key(known))).resolves.toEqual({ kind: 'missing' });
  });

  it('is out of order when a file in it cannot be read', async () => {
    await expect(folderSource(folder, 0).fetch(key({ addition: 3 }))).resolves.toMatchObject({
      kind: 'unreachable',
      reason: expect.stringContaining('cannot be read') as string,
    });
  });

  it('is out of order when it is not there: that is no answer', async () => {
    await expect(folderSource(join(folder, 'gone'), 0).fetch(key())).resolves.toMatchObject({
      kind: 'unreachable',
      reason: expect.stringContaining('IGLU__FOLDERS') as string,
    });
  });
});

it('ships the schemas of the standard trackers', async () => {
  const webPage = key({ vendor: 'com.snowplowanalytics.snowplow', name: 'web_page', addition: 0 });
  await expect(folderSource(shippedSchemas(), 0).fetch(webPage)).resolves.toMatchObject({ kind: 'found' });
});
