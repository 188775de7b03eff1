import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { controls } from '../controls/controls';
import { versions } from '../scenarios/upgrades';
import { buildVariant } from './build-variant';

const edit = {
  file: 'libs/clickhouse/src/clickhouse.ts',
  from: 'insert_deduplication_token: options.token',
  to: 'insert_deduplication_token: "changed on purpose"',
};

describe('a build that differs', () => {
  const made: string[] = [];

  it('refuses a text that is not there once', async () => {
    await expect(
      buildVariant({ name: 'spec', services: ['loader'], edits: [{ ...edit, from: 'nowhere' }] }),
    ).rejects.toThrow('is in libs/clickhouse/src/clickhouse.ts 0 times');
  });

  it('refuses a change that reaches none of its services', async () => {
    await expect(buildVariant({ name: 'spec', services: ['collector'], edits: [edit] })).rejects.toThrow(
      'which none of its services contains',
    );
  });

  afterAll(() => {
    for (const folder of made) rmSync(folder, { recursive: true, force: true });
  });

  it.each([...controls, ...versions].map((variant) => [variant.name, variant] as const))(
    'can be made of the sources as they are: %s',
    async (name, { services, edits }) => {
      const folder = await buildVariant({ name: `spec-${name}`, services, edits });
      made.push(folder);
      expect(services.filter((service) => !existsSync(join(folder, service, 'main.js')))).toEqual([]);
    },
    60_000,
  );
});
