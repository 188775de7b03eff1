import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../client/log';
import { fingerprintOf, KnownIds } from './known-ids';

const schema = { type: 'record', name: 'A', fields: [] };
const other = { type: 'record', name: 'B', fields: [] };

describe('ids that are kept in a file', () => {
  let folder: string;
  let path: string;
  let warnings: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-ids-'));
    path = join(folder, 'new', 'ids.json');
    warnings = [];
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (seed?: string): KnownIds =>
    new KnownIds({ path, seed }, { ...silentLog, warn: (_context, message) => warnings.push(message) });

  it('are known to the next process, each for its schema only', () => {
    const first = open();
    expect(first.idOf('a-value', schema)).toBeNull();
    first.rememberId('a-value', schema, 7);
    first.rememberSchema(3, other);
    const next = open();
    expect(next.idOf('a-value', schema)).toBe(7);
    expect(next.idOf('a-value', other)).toBeNull();
    expect(next.idOf('b-value', schema)).toBeNull();
    expect(next.schemaOf(3)).toEqual(other);
    expect(next.schemaOf(7)).toBeNull();
    expect(readdirSync(join(folder, 'new'))).toEqual(['ids.json']);
    expect(warnings).toEqual([]);
  });

  it('are written on a change only', () => {
    open().rememberId('a-value', schema, 7);
    const before = statSync(path).ino;
    open().rememberId('a-value', schema, 7);
    // Each writing makes a new file.
    expect(statSync(path).ino).toBe(before);
    open().rememberId('a-value', schema, 8);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      version: 1,
      subjects: { 'a-value': { [fingerprintOf(schema)]: 8 } },
      schemas: {},
    });
  });

  it('keep what another process has learnt meanwhile', () => {
    const [one, two] = [open(), open()];
    expect(two.idOf('b-value', schema)).toBeNull();
    one.rememberId('a-value', schema, 1);
    two.rememberId('b-value', schema, 2);
    expect(open().idOf('a-value', schema)).toBe(1);
    expect(open().idOf('b-value', schema)).toBe(2);
  });

  it('lie above a seed, which is not written', () => {
    const seed = join(folder, 'seed.json');
    const text = JSON.stringify({
      version: 1,
      subjects: { 'a-value': { [fingerprintOf(schema)]: 1, [fingerprintOf(other)]: 2 } },
      schemas: {},
    });
    writeFileSync(seed, text);
    open(seed).rememberId('a-value', schema, 9);
    const next = open(seed);
    expect([next.idOf('a-value', schema), next.idOf('a-value', other)]).toEqual([9, 2]);
    expect(readFileSync(seed, 'utf8')).toBe(text);
  });

  it.each([
    ['no JSON', '{"version": 1, "subj'],
    ['of another version', '{"version": 2}'],
    ['not of this shape', '{"version": 1, "subjects": {"a-value": 7}, "schemas": {}}'],
  ])('count as none when the file is %s, which is told once', (_case, text) => {
    const seed = join(folder, 'seed.json');
    writeFileSync(seed, text);
    const known = open(seed);
    expect(known.idOf('a-value', schema)).toBeNull();
    expect(known.idOf('a-value', schema)).toBeNull();
    expect(warnings).toEqual([expect.stringContaining(`${seed} cannot be read as a file of schema ids`)]);
  });

  it('that cannot be written are known to this process, and the warning names the setting', () => {
    writeFileSync(join(folder, 'new'), 'a file where a folder has to be');
    const known = open();
    known.rememberId('a-value', schema, 7);
    expect(known.idOf('a-value', schema)).toBe(7);
    expect(warnings).toEqual([expect.stringContaining('REGISTRY__IDS_FILE')]);
  });

  it('without a file stay in memory', () => {
    const known = new KnownIds({}, silentLog);
    known.rememberId('a-value', schema, 7);
    expect(known.idOf('a-value', schema)).toBe(7);
    expect(existsSync(path)).toBe(false);
  });
});
