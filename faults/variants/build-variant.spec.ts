import { controls } from '../controls/controls';
import { buildVariant } from './build-variant';

const edit = {
  file: 'libs/clickhouse/src/clickhouse.ts',
  from: 'insert_deduplication_token: options.token',
  to: 'insert_deduplication_token: "changed on purpose"',
};

describe('a build that differs', () => {
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

  it.each(controls.map((control) => [control.name, control] as const))(
    'can be made of the sources as they are: %s',
    async (name, { services, edits }) => {
      await expect(buildVariant({ name: `spec-${name}`, services, edits })).resolves.toContain(
        `spec-${name}`,
      );
    },
    60_000,
  );
});
