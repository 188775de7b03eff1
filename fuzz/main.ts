import { parseArgs } from 'node:util';
import { campaigns } from './campaigns';
import { guidedSearches } from './guided/guided-searches';
import { judge } from './guided/judge';
import { targetNamed, targets } from './guided/targets';
import { sendHostileRequests } from './hostile-requests';
import { tryProperties } from './properties/try-properties';
import { keepResults, provenance } from './results-file';

const HELP = `Usage: npm run fuzz -- [options]

Sends hostile requests to a sandbox, then searches for inputs that break the code itself, steered by what of it runs.

  --requests N     how many requests to send (100000)
  --seconds N      how long to search each target (8)
  --times N        how many times as often as in \`npm test\` to try properties (10)
  --full           a million requests, half an hour a target, and properties a hundred times as often; each part is written
                   to fuzz/results.json and docs/reference/fuzz.md when it is done, and leaves the others there as they are
  --seed N         which requests and inputs: a finding names its seed (1)

  --hostile        only the requests
  --only NAME      only this campaign of them: ${campaigns.map(({ name }) => name).join(', ')}
  --guided         only the searches
  --target NAME    only this target of them: ${targets.map(({ name }) => name).join(', ')}
  --properties     only the properties of all specs, which \`npm test\` tries too; without --full they are left out otherwise
  --input BASE64   tries this input of --target, as a finding prints it, and says what it does
`;

const QUICK = { requests: 100_000, seconds: 8, times: 10 };
const FULL = { requests: 1_000_000, seconds: 1_800, times: 100 };

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string' },
      seconds: { type: 'string' },
      full: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      hostile: { type: 'boolean', default: false },
      only: { type: 'string' },
      guided: { type: 'boolean', default: false },
      properties: { type: 'boolean', default: false },
      times: { type: 'string' },
      target: { type: 'string' },
      input: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const chosenCampaigns = campaigns.filter(({ name }) => values.only === undefined || name === values.only);
  const chosenTargets = targets.filter(({ name }) => values.target === undefined || name === values.target);
  if (values.help || chosenCampaigns.length === 0 || chosenTargets.length === 0) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  if (values.input !== undefined && values.target !== undefined) return tryInput(values.target, values.input);

  const size = values.full ? FULL : QUICK;
  const seed = Number(values.seed);
  const from = provenance(process.argv.slice(2), seed);
  const isGuided = values.guided || values.target !== undefined;
  const isHostile = values.hostile || values.only !== undefined;
  const isAll = !isGuided && !isHostile && !values.properties;
  let findings = 0;
  if (isHostile || isAll) {
    const results = await sendHostileRequests(
      chosenCampaigns,
      Number(values.requests ?? size.requests),
      seed,
    );
    findings += results.findings + (results.requests > 0 ? 0 : 1);
    // Part of the campaigns, or fewer requests, is no report.
    if (values.full && values.requests === undefined && values.only === undefined)
      keepResults({ hostile: { ...from, ...results } });
  }
  if (isGuided || isAll)
    for await (const results of guidedSearches(chosenTargets, Number(values.seconds ?? size.seconds), seed)) {
      findings += results.findings + (results.executions > 0 ? 0 : 1);
      if (values.full) keepResults({ guided: [{ ...from, ...results }] });
    }
  if (values.properties || (isAll && values.full)) {
    const results = await tryProperties(Number(values.times ?? size.times));
    findings += results.findings + (results.runs > 0 ? 0 : 1);
    if (values.full && values.times === undefined) keepResults({ properties: { ...from, ...results } });
  }
  return findings === 0 ? 0 : 1;
}

/** Makes a finding again. */
function tryInput(target: string, base64: string): number {
  const input = Buffer.from(base64, 'base64');
  const { problem, milliseconds } = judge(targetNamed(target), input);
  console.log(
    `${String(input.length)} bytes, ${milliseconds.toFixed(0)} ms: ${problem?.kind ?? 'every promise is kept'}`,
  );
  if (problem !== null) console.log(problem.detail);
  return problem === null ? 0 : 1;
}

void main().then((code) => {
  process.exitCode = code;
});
