import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { Intrinsics } from './intrinsics';

// Loaded into a process before its own code: at its end it writes what that and all its inputs have changed.
const report = process.env['INTRINSICS_REPORT'];
if (report !== undefined && isMainThread) {
  const intrinsics = new Intrinsics();
  process.once('exit', () => {
    writeFileSync(report, JSON.stringify(intrinsics.changes()));
  });
}
