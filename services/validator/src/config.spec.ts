import { ConfigError, describeConfig, loadConfig } from '@headwater/service-kit';
import { config } from './config';

const least = { KAFKA__BROKERS: 'localhost:9092', REGISTRY__URL: 'http://localhost:8081' };

function problemsWith(env: NodeJS.ProcessEnv): string {
  try {
    loadConfig(config, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('\n');
    throw error;
  }
  return 'none';
}

it('needs brokers and a registry, and has defaults for the rest', () => {
  expect(loadConfig(config, least)).toMatchObject({
    duplicates: { windowMinutes: 60, maxEvents: 491_520 },
    iglu: { folders: [], registries: [], foundMinutes: 10, missingSeconds: 30 },
  });
});

it('reads registries and folders', () => {
  const { iglu } = loadConfig(config, {
    ...least,
    IGLU__FOLDERS: '/schemas,/more',
    IGLU__REGISTRIES: '[{"name":"ours","url":"https://schemas.example.com","vendorPrefixes":["com.acme"]}]',
  });
  expect(iglu.folders).toEqual(['/schemas', '/more']);
  expect(iglu.registries).toEqual([
    {
      name: 'ours',
      url: 'https://schemas.example.com',
      kind: 'static',
      priority: 10,
      vendorPrefixes: ['com.acme'],
      allowPrivate: false,
    },
  ]);
});

it('names what is wrong with a registry, and shows no API key', () => {
  const problems = problemsWith({
    ...least,
    IGLU__REGISTRIES: '[{"name":"ours","url":"nowhere","apiKey":"k-1"}]',
  });
  expect(problems).toContain('IGLU__REGISTRIES');
  expect(problems).not.toContain('k-1');
});

it('documents every variable', () => {
  const silent = describeConfig(config).filter(({ description }) => description === '');
  expect(silent.map(({ variable }) => variable)).toEqual([]);
});
