import { join } from 'node:path';
import { dockerAnswers, startContainers } from './containers';
import type { TestStack } from './endpoints';
import { startStack } from './stack';

/** The stack that tests run on: containers where a Docker engine answers, else the embedded one. `HEADWATER_STACK` decides otherwise. */
export async function startTestStack(folder: string): Promise<TestStack> {
  const wanted = process.env['HEADWATER_STACK'] ?? ((await dockerAnswers()) ? 'containers' : 'embedded');
  if (wanted === 'containers') return startContainers();
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
