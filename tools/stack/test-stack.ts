import { join } from 'node:path';
import { dockerAnswers, startContainers } from './containers';
import type { TestStack } from './endpoints';
import { startStack } from './stack';

/** Which stack tests run on: containers where a Docker engine answers, else the embedded one. `HEADWATER_STACK` decides otherwise. */
export async function testStackKind(): Promise<TestStack['kind']> {
  const wanted = process.env['HEADWATER_STACK'];
  if (wanted === 'embedded' || wanted === 'containers') return wanted;
  return (await dockerAnswers()) ? 'containers' : 'embedded';
}

/** Starts the stack that tests run on, with its data below `folder`. */
export async function startTestStack(folder: string): Promise<TestStack> {
  if ((await testStackKind()) === 'containers') return startContainers();
  const stack = await startStack({ dataDir: join(folder, 'stack') });
  return {
    kind: 'embedded',
    endpoints: {
      brokers: stack.kafka.brokers.join(','),
      registryUrl: stack.registry.url,
      clickhouseUrl: stack.clickhouse.url,
    },
    stop: () => stack.stop(),
  };
}
