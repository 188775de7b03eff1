import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@headwater/service-kit';
import { enrichmentsFile } from './enrichments-file';

const folder = mkdtempSync(join(tmpdir(), 'headwater-enrichments-file-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function settingsIn(content: string): unknown {
  const path = join(folder, 'enrichments.yaml');
  writeFileSync(path, content);
  return enrichmentsFile({ ENRICHMENTS__FILE: path });
}
const problemsOf = (run: () => unknown): readonly string[] => {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

it.each([
  ['YAML', 'country:\n  unknown: XX # nowhere\nbotDetection: { drop: true }\n'],
  ['JSON', '{"country": {"unknown": "XX"}, "botDetection": {"drop": true}}'],
])('reads %s', (_format, content) => {
  expect(settingsIn(content)).toEqual({ country: { unknown: 'XX' }, botDetection: { drop: true } });
});

it('has no settings where no file is named, and none where it is empty', () => {
  expect(enrichmentsFile({})).toEqual({});
  expect(enrichmentsFile({ ENRICHMENTS__FILE: '' })).toEqual({});
  expect(settingsIn('# nothing yet\n')).toEqual({});
});

it('names the file and every problem in it', () => {
  const problems = problemsOf(() => settingsIn('contry: {}\ncountry: { unknwon: XX }\n'));
  expect(problems).toEqual([
    expect.stringMatching(/^ENRICHMENTS__FILE \(.*enrichments\.yaml\): "contry" is no enrichment/) as string,
    expect.stringMatching(/country\.unknwon is no setting of country/) as string,
  ]);
});

it.each([
  ['a file that is not there', (): unknown => enrichmentsFile({ ENRICHMENTS__FILE: join(folder, 'none') })],
  ['a file that is no YAML', (): unknown => settingsIn('country: { unknown')],
])('says what to do about %s', (_case, run) => {
  expect(problemsOf(run)).toEqual([
    expect.stringMatching(/cannot be read as YAML or JSON .* Mount the file/s) as string,
  ]);
});
