import { messageOf } from '@headwater/stack';
import { campaigns } from './campaigns';
import { guidedSearches } from './guided/guided-searches';
import { judge, pollution } from './guided/judge';
import { targets } from './guided/targets';
import { sendHostileRequests } from './hostile-requests';
import { helpOf, readOptions, type Options } from './options';
import { tryProperties } from './properties/try-properties';
import { keepResults, provenance } from './results-file';

const choice = { campaigns, targets };

/** Exit codes: 0 nothing was found; 1 something was, or nothing was tried; 2 it is not clear what to do. */
async function main(args: readonly string[]): Promise<number> {
  let options: Options | null;
  try {
    options = readOptions(args, choice);
  } catch (error) {
    console.error(`${messageOf(error)} \`npm run fuzz -- --help\` tells of all options.`);
    return 2;
  }
  if (options === null) {
    console.log(helpOf(choice));
    return 0;
  }
  return options.input === null ? runParts(options, args) : tryInput(options.input);
}

async function runParts(
  { hostile, guided, properties, seed }: Options,
  args: readonly string[],
): Promise<number> {
  const from = provenance(args, seed);
  let findings = 0;
  if (hostile !== null) {
    const results = await sendHostileRequests(hostile.campaigns, hostile.requests, seed);
    findings += results.findings + (results.requests > 0 ? 0 : 1);
    if (hostile.isKept) keepResults({ hostile: { ...from, ...results } });
  }
  if (guided !== null)
    for await (const results of guidedSearches(guided.targets, guided.seconds, seed)) {
      findings += results.findings + (results.executions > 0 ? 0 : 1);
      if (guided.isKept) keepResults({ guided: [{ ...from, ...results }] });
    }
  if (properties !== null) {
    const results = await tryProperties(properties.runs);
    findings += results.findings + (results.tried.length > 0 ? 0 : 1);
    if (properties.isKept) keepResults({ properties: { ...from, ...results } });
  }
  return findings === 0 ? 0 : 1;
}

/** Makes a finding again. */
function tryInput({ target, bytes }: NonNullable<Options['input']>): number {
  const { problem: own, milliseconds } = judge(target, bytes);
  const problem = own ?? pollution();
  console.log(
    `${String(bytes.length)} bytes, ${milliseconds.toFixed(0)} ms: ${problem?.kind ?? 'every promise is kept'}`,
  );
  if (problem !== null) console.log(problem.detail);
  return problem === null ? 0 : 1;
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
