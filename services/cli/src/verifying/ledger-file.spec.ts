import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLAN_VERSION } from '@headwater/verification';
import { LedgerWriter, readLedger } from './ledger-file';

describe('the ledger', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-ledger-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('writes a line that follows at once upon another', async () => {
    const ledger = await LedgerWriter.create(join(folder, 'ledger'));
    for (let payload = 0; payload < 20; payload += 1)
      await ledger.write({ kind: 'given up', payload, t1: 1 });
    await ledger.close();
    expect(readFileSync(join(folder, 'ledger/ledger.ndjson'), 'utf8').trimEnd().split('\n')).toHaveLength(20);
  });

  it.each<[string, string, boolean]>([
    ['its last line', '{"kind":"end","t1":1}\n{"kind":"out', true],
    ['another', '{"kind":"out\n{"kind":"end","t1":1}\n', false],
    ['two', '{"kind":"out\n{"kind"', false],
  ])('that is torn in %s can be checked, or not', async (_where, rest, can) => {
    const torn = mkdtempSync(join(folder, 'torn-'));
    mkdirSync(torn, { recursive: true });
    const run = { kind: 'run', version: PLAN_VERSION };
    writeFileSync(join(torn, 'ledger.ndjson'), `${JSON.stringify(run)}\n${rest}`);
    const read = readLedger(torn);
    if (can) expect((await read).facts.hasEnded).toBe(true);
    else await expect(read).rejects.toThrow(/is damaged/);
  });

  it.each([
    ['empty', '', /is empty: .* Make another one with `headwater verify load --ledger DIR`\.$/],
    [
      'of something else',
      '{"kind":"end"}\n',
      /cannot be checked: .*\. Name the folder of another run, or make one with `headwater verify load --ledger DIR`\.$/,
    ],
  ])('says what to do about a file that is %s', async (_case, content, sentence) => {
    const other = mkdtempSync(join(tmpdir(), 'headwater-ledger-'));
    writeFileSync(join(other, 'ledger.ndjson'), content);
    await expect(readLedger(other)).rejects.toThrow(sentence);
    rmSync(other, { recursive: true });
  });
});
