import { appendFileSync } from 'node:fs';
import fc from 'fast-check';
import { LEAST_RUNS, MOST_CPU_MS } from './scaled-runs';
import type { TriedProperty } from './tried-property';

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

// What jest does first in each spec while properties are tried more often than usual: it tells how often that was.
const report = process.env['PROPERTY_REPORT'];
if (report !== undefined) {
  fc.configureGlobal({
    numRuns: Number(process.env['PROPERTY_RUNS']),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- a plugin, which is to take its place, cannot be set for all
    reporter(details) {
      const { testPath = '', currentTestName = '' } = expect.getState();
      const tried: TriedProperty = {
        spec: testPath,
        name: currentTestName,
        runs: details.numRuns,
        failed: details.failed,
      };
      appendFileSync(report, `${JSON.stringify(tried)}\n`);
      // As fast-check does it without a reporter.
      if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
    },
  });
  // fast-check's own limit of time knows no least number of runs.
  fc.installGlobalPlugin(() => {
    const until = cpuMs() + MOST_CPU_MS;
    let runs = 0;
    return {
      decorateRun: (run) => (value) => {
        runs += 1;
        return runs > LEAST_RUNS && cpuMs() > until ? new fc.PreconditionFailure(true) : run(value);
      },
    };
  });
}
