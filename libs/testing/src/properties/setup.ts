import { appendFileSync } from 'node:fs';
import fc from 'fast-check';
import { scaledRuns } from './scaled-runs';
import type { TriedProperty } from './tried-property';

/** fast-check's own default. */
const USUAL = 100;

// What jest does first in each spec while properties are tried more often than usual: it tells how often that was.
const report = process.env['PROPERTY_REPORT'];
if (report !== undefined)
  fc.configureGlobal({
    numRuns: scaledRuns(USUAL),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- a plugin, which is to take its place, cannot be set for all
    reporter(details) {
      const tried: TriedProperty = {
        spec: expect.getState().testPath ?? '',
        runs: details.numRuns,
        failed: details.failed,
      };
      appendFileSync(report, `${JSON.stringify(tried)}\n`);
      // As fast-check does it without a reporter.
      if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
    },
  });
