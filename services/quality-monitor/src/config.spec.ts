import { checks } from '@headwater/quality';
import { describeConfig, loadConfig } from '@headwater/service-kit';
import { config } from './config';

const env = {
  KAFKA__BROKERS: 'localhost:9092',
  REGISTRY__URL: 'http://localhost:8081',
  CLICKHOUSE__URL: 'http://localhost:8123',
};

describe('config', () => {
  it('needs to be told where things are, and nothing else', () => {
    const required = describeConfig(config).filter((setting) => setting.required);
    expect(required.map(({ variable }) => variable).toSorted()).toEqual(Object.keys(env).toSorted());
    expect(loadConfig(config, env).quality).toMatchObject({ recoveryMinutes: 30, falseAlarmsPerWeek: 1 });
  });

  it('documents every setting, and has a switch for every check', () => {
    const settings = describeConfig(config);
    expect(settings.filter(({ description }) => description === '').map(({ variable }) => variable)).toEqual(
      [],
    );
    const variables = settings.map(({ variable }) => variable);
    for (const { name } of checks)
      expect(variables).toContain(`QUALITY__CHECKS__${name.toUpperCase()}__ENABLED`);
  });

  it('hands the settings of a check to it', () => {
    const { quality } = loadConfig(config, { ...env, QUALITY__CHECKS__ACCOUNTING__GRACE_MINUTES: '1' });
    expect(quality.checks['accounting']).toMatchObject({ graceMinutes: 1 });
  });
});
