import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Type, type Schema } from 'avsc';
import { schemas, type SchemaName } from './generated/schemas';

const root = resolve(__dirname, '../../..');
const names = Object.keys(schemas) as SchemaName[];
const typeOf = (schema: object): Type => Type.forSchema(schema as Schema);
const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

describe.each(names)('%s', (name) => {
  const type = typeOf(schemas[name]);
  const example = JSON.parse(
    readFileSync(join(root, `libs/contracts/examples/${name}.json`), 'utf8'),
  ) as Record<string, unknown>;

  it('has a golden example that goes to bytes and back', () => {
    const value =
      name === 'CollectorPayload' ? { ...example, body: Buffer.from(String(example['body'])) } : example;
    const { fields } = schemas[name] as { fields: object[] };
    expect(Object.keys(example)).toHaveLength(fields.length);
    expect(JSON.parse(JSON.stringify(type.fromBuffer(type.toBuffer(value))))).toEqual(
      JSON.parse(JSON.stringify(value)),
    );
  });

  it('can be evolved: optional fields are null first with a default, enums have a default symbol', () => {
    const { fields } = schemas[name] as { fields: { name: string; type: unknown; default?: unknown }[] };
    const required = fields.filter(
      (field) => !(Array.isArray(field.type) && field.type[0] === 'null' && field.default === null),
    );
    const ids = ['payload_id', 'event_id', 'failed_id', 'counts_id', 'alert_id'];
    expect(
      required
        .map((field) => field.name)
        .filter((field) => ![...ids, 'app_id', 'collector_tstamp'].includes(field)),
    ).toEqual([]);
    const enums = JSON.stringify(schemas[name]).match(/\{"type":"enum"[^}]*\}/g) ?? [];
    expect(enums.filter((text) => !text.includes('"default":"unknown"'))).toEqual([]);
  });

  it('is documented field by field', () => {
    const { fields } = schemas[name] as { fields: { name: string; doc?: string }[] };
    expect(fields.filter(({ doc }) => !doc).map((field) => field.name)).toEqual([]);
  });

  // FULL_TRANSITIVE: each version since the last release (before the first one: since the first commit) reads the others.
  it('reads and is read by every committed version', () => {
    const path = `libs/contracts/avro/${name}.avsc`;
    expect(existsSync(join(root, path))).toBe(true);
    const release = git('tag', '--list', 'v*', '--sort=-v:refname').split('\n')[0];
    const range = release ? [`${release}..HEAD`] : ['HEAD'];
    const commits = [
      ...git('log', '--format=%H', ...range, '--', path).split('\n'),
      ...(release ? [release] : []),
    ].filter(Boolean);
    for (const commit of commits) {
      const earlier = typeOf(JSON.parse(git('show', `${commit}:${path}`)) as object);
      expect(() => type.createResolver(earlier)).not.toThrow();
      expect(() => earlier.createResolver(type)).not.toThrow();
    }
    expect(commits.length).toBeGreaterThan(0);
  });
});
