import { ConfigError, describeConfig, loadConfig } from '@headwater/service-kit';
import { config } from './config';

const least = {
  KAFKA__BROKERS: 'kafka:9092',
  REGISTRY__URL: 'http://registry:8081',
  CLICKHOUSE__URL: 'http://clickhouse:8123',
};

describe('the configuration of the loader', () => {
  it('needs to know where Kafka, the registry and ClickHouse are, and nothing else', () => {
    expect(loadConfig(config, least)).toMatchObject({
      clickhouse: {
        url: 'http://clickhouse:8123',
        database: 'headwater',
        username: 'default',
        compression: 'none',
      },
      batch: { maxRecords: 10_000, lingerMs: 500, countsRestMs: 5_000 },
    });
    const required = describeConfig(config).filter((variable) => variable.required);
    expect(required.map(({ variable }) => variable)).toEqual(Object.keys(least));
  });

  it.each([
    ['CLICKHOUSE__URL', 'clickhouse:8123', /CLICKHOUSE__URL is "clickhouse:8123"/],
    ['CLICKHOUSE__DATABASE', 'head-water', /use letters, digits and underscores/],
    ['BATCH__MAX_RECORDS', '0', /BATCH__MAX_RECORDS is "0"/],
  ])('refuses %s=%s', (variable, value, message) => {
    expect(() => loadConfig(config, { ...least, [variable]: value })).toThrow(ConfigError);
    expect(() => loadConfig(config, { ...least, [variable]: value })).toThrow(message);
  });

  it('describes every setting, and shows no secret', () => {
    expect(describeConfig(config).filter(({ description }) => description === '')).toEqual([]);
    expect(describeConfig(config).find(({ variable }) => variable === 'CLICKHOUSE__PASSWORD')?.secret).toBe(
      true,
    );
  });
});
