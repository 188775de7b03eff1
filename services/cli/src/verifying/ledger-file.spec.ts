import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerWriter } from './ledger-file';

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
});
