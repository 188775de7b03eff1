import { defaultKeptParameters, enrichments } from '@headwater/enrichment';
import { ConfigError, describeConfig, loadConfig } from '@headwater/service-kit';
import { config } from './config';

const least = {
  KAFKA__BROKERS: 'localhost:9092',
  REGISTRY__URL: 'http://localhost:8081',
  PSEUDONYM__KEYS: JSON.stringify([{ id: '2026-1', secret: 'x'.repeat(44) }]),
};

function problemsWith(env: NodeJS.ProcessEnv): string {
  try {
    loadConfig(config, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('\n');
    throw error;
  }
  return 'none';
}

it('needs brokers, a registry and keys, and has defaults for the rest', () => {
  const settings = loadConfig(config, least);
  expect(settings.pseudonym.keys).toEqual([{ id: '2026-1', secret: 'x'.repeat(44) }]);
  expect(settings.enrichments).toMatchObject({
    pseudonymise: { keptQueryParameters: [...defaultKeptParameters] },
    country: { unknown: 'ZZ' },
  });
  expect(Object.keys(settings.enrichments)).toEqual([
    ...enrichments.map(({ name }) => name),
    'timeoutMs',
    'custom',
  ]);
});

it('says how to make a key when there is none: nothing is enriched without', () => {
  expect(problemsWith({ ...least, PSEUDONYM__KEYS: undefined })).toMatch(
    /^PSEUDONYM__KEYS is not set.*openssl rand -base64 32/,
  );
});

it('says what is wrong with a key, and does not show it', () => {
  const problems = problemsWith({ ...least, PSEUDONYM__KEYS: '[{"id":"2026-1","secret":"too short"}]' });
  expect(problems).toMatch(/^PSEUDONYM__KEYS is a secret that is not shown.*at least 32 characters/);
  expect(problems).not.toContain('too short');
});

it('reads the settings of enrichments', () => {
  const settings = loadConfig(config, {
    ...least,
    ENRICHMENTS__PSEUDONYMISE__KEPT_QUERY_PARAMETERS: 'utm_source,page',
    ENRICHMENTS__BOT_DETECTION__DROP: 'true',
    ENRICHMENTS__CAMPAIGN__CLICK_IDS: '{"yclid":"Yandex"}',
  });
  expect(settings.enrichments).toMatchObject({
    pseudonymise: { keptQueryParameters: ['utm_source', 'page'] },
    botDetection: { drop: true },
    campaign: { clickIds: { yclid: 'Yandex' } },
  });
});

it('lets variables win over the file with the settings of the enrichments', () => {
  const { enrichments: settings } = loadConfig(
    config,
    { ...least, ENRICHMENTS__COUNTRY__UNKNOWN: 'XX' },
    { enrichments: { country: { unknown: 'YY' }, botDetection: { drop: true } } },
  );
  expect(settings).toMatchObject({ country: { unknown: 'XX' }, botDetection: { drop: true } });
});

it('documents every variable, and marks the keys as secret', () => {
  const variables = describeConfig(config);
  expect(variables.filter(({ description }) => description === '').map(({ variable }) => variable)).toEqual(
    [],
  );
  expect(variables.find(({ variable }) => variable === 'PSEUDONYM__KEYS')).toMatchObject({
    secret: true,
    required: true,
  });
});
