import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { images } from './images';
import { APICURIO_VERSION } from './provision';

const { services } = parse(readFileSync(join(resolve(__dirname, '../..'), 'docker-compose.yml'), 'utf8'), {
  merge: true,
}) as { readonly services: Readonly<Record<string, { readonly image: string }>> };
const tagOf = (image = ''): string => image.split(':')[1] ?? '';

it('is the ClickHouse of docker-compose.yml', () => {
  expect(images.clickhouse).toBe(services['clickhouse']?.image);
});

it('is one version of the registry, as a container, in docker-compose.yml and embedded', () => {
  expect([tagOf(images.registry), tagOf(services['registry']?.image)]).toEqual([
    APICURIO_VERSION,
    APICURIO_VERSION,
  ]);
});
