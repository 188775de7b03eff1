import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// eslint-disable-next-line @nx/enforce-module-boundaries -- jest resolves no path names in a global set-up
import { startTestStack } from '../../../tools/stack/test-stack';
import { running } from './running-setup';

/** One broker and registry for all files; each test uses a topic prefix of its own. `HEADWATER_TEST_ENDPOINTS` names a running stack. */
export default async function setup(): Promise<void> {
  if (process.env['HEADWATER_TEST_ENDPOINTS']) return;
  const folder = mkdtempSync(join(tmpdir(), 'headwater-kafka-'));
  const stack = await startTestStack(folder);
  running.stop = async () => {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  process.env['HEADWATER_TEST_ENDPOINTS'] = JSON.stringify(stack.endpoints);
}
