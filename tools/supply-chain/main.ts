import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { makeSbom } from './make-sbom';
import { verifySupplyChain } from './verify-supply-chain';

const HELP = `Usage: npx tsx tools/supply-chain/main.ts [check | sbom [OUT [FOLDER]]]

  check              holds licences, pins, install scripts and images against the rules
  sbom OUT FOLDER    writes the CycloneDX list of the parts that ship (dist/sbom.cdx.json, of this checkout)
`;

const root = resolve(__dirname, '../..');

async function main([
  command = 'check',
  out = 'dist/sbom.cdx.json',
  folder = root,
]: readonly string[]): Promise<number> {
  if (command === 'check') return (await verifySupplyChain({ root })).failed === 0 ? 0 : 1;
  if (command !== 'sbom') {
    process.stdout.write(HELP);
    return command === '--help' ? 0 : 2;
  }
  const sbom = makeSbom(resolve(folder));
  mkdirSync(dirname(resolve(out)), { recursive: true });
  writeFileSync(out, `${JSON.stringify(sbom, null, 2)}\n`);
  process.stdout.write(`${out}: ${String(sbom.components.length)} parts\n`);
  return 0;
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
