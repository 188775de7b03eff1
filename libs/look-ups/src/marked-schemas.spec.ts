import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchemaKey } from '@headwater/enrichment';
import { readMarkedPaths } from './marked-schemas';
import { shippedSchemas } from './shipped-schemas';

const folder = mkdtempSync(join(tmpdir(), 'headwater-schemas-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const key = (vendor: string, name: string, version: string): SchemaKey => {
  const [model = 0, revision = 0, addition = 0] = version.split('-').map(Number);
  return { vendor, name, format: 'jsonschema', model, revision, addition };
};

function put(root: string, text: string): void {
  mkdirSync(join(folder, root, 'com.acme/account/jsonschema'), { recursive: true });
  writeFileSync(join(folder, root, 'com.acme/account/jsonschema/1-0-0'), text);
}

it('finds what the schemas that come with Headwater mark', () => {
  const markedPaths = readMarkedPaths([shippedSchemas()]);
  expect(
    markedPaths(key('com.snowplowanalytics.snowplow', 'client_session', '1-0-2')).map(
      ({ pointer }) => pointer,
    ),
  ).toEqual(['/userId', '/sessionId', '/previousSessionId']);
  expect(markedPaths(key('com.snowplowanalytics.snowplow', 'link_click', '1-0-1'))).toContainEqual({
    pointer: '/targetUrl',
    treatment: 'url',
  });
});

it('finds what schemas of your own mark', () => {
  put(
    'own',
    JSON.stringify({
      self: { vendor: 'com.acme', name: 'account', format: 'jsonschema', version: '1-0-0' },
      properties: { mail: { 'headwater:identifying': true } },
    }),
  );
  const markedPaths = readMarkedPaths([shippedSchemas(), join(folder, 'own')]);
  expect(markedPaths(key('com.acme', 'account', '1-0-0'))).toEqual([
    { pointer: '/mail', treatment: 'identifying' },
  ]);
});

it('refuses to start without a folder that is configured', () => {
  expect(() => readMarkedPaths([join(folder, 'nowhere')])).toThrow(/nowhere cannot be read.*IGLU__FOLDERS/);
});

it('refuses to start with a schema that it cannot read, for events of it might go out in clear', () => {
  put('broken', '{"self":');
  expect(() => readMarkedPaths([join(folder, 'broken')])).toThrow(/1-0-0 cannot be read.*Correct it/);
});
