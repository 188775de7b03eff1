import { doctorConfig } from './config';
import { credentialsIn, hiding, secretsIn } from './secrets';

const config = doctorConfig.parse({
  clickhouse: { url: 'http://jane:in-the-url@clickhouse:8123', password: 'of-clickhouse' },
  kafka: { sasl: { mechanism: 'plain', username: 'jane', password: 'of kafka&' } },
  registry: { username: 'jane', password: 'of-registry' },
  admin: { token: 'of-admin' },
});

describe('secrets', () => {
  it('are taken out of whatever was said, wherever they are configured', () => {
    const shown = hiding(secretsIn(doctorConfig, config));
    const told =
      'of-clickhouse of kafka& of%20kafka%26 of-registry of-admin jane:in-the-url@ in-the-url jane';
    expect(shown(told)).toBe(
      '[not shown] [not shown] [not shown] [not shown] [not shown] [not shown]@ [not shown] jane',
    );
  });

  it.each([
    ['http://a:b1@c/', ['a:b1', 'b1']],
    ['http://c/?x=a@b', []],
    ['kafka-0:9092', []],
  ])('are found in %s', (text, found) => {
    expect(credentialsIn(text)).toEqual(found);
  });

  it('that are too short to be secrets do not blot out the report', () => {
    expect(hiding(['a'])('all is well')).toBe('all is well');
  });
});
