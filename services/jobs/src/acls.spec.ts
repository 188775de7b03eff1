import { loadConfig } from '@headwater/service-kit';
import { aclsJob, commandOf, grantsOf, type AclsConfig } from './acls';

const configOf = (env: NodeJS.ProcessEnv = {}): AclsConfig =>
  (loadConfig(aclsJob.config, { KAFKA__BROKERS: 'k:9092', ...env }) as { acls: AclsConfig }).acls;
const usersOf = (env: NodeJS.ProcessEnv = {}): string[] => [
  ...new Set(grantsOf(configOf(env), '').map(({ principal }) => principal)),
];

describe('grantsOf', () => {
  it('names the users after the services, and leaves out the consumer whom nobody named', () => {
    expect(usersOf()).toEqual([
      'User:headwater-collector',
      'User:headwater-enricher',
      'User:headwater-validator',
      'User:headwater-loader',
      'User:headwater-quality-monitor',
      'User:headwater-cli',
      'User:headwater-verifier',
      'User:headwater-jobs',
    ]);
  });

  it('takes other names', () => {
    expect(
      usersOf({ ACLS__USERS__QUALITY_MONITOR: 'CN=monitor,O=hw', ACLS__USERS__CONSUMER: 'shop' }).slice(-5),
    ).toEqual([
      'User:CN=monitor,O=hw',
      'User:headwater-cli',
      'User:headwater-verifier',
      'User:headwater-jobs',
      'User:shop',
    ]);
  });

  it('refuses a name that would end a command', () => {
    expect(() => usersOf({ ACLS__USERS__CLI: "a' b" })).toThrow(/ACLS__USERS__CLI/);
  });

  it('gives the consumer its group', () => {
    const grants = grantsOf(
      configOf({ ACLS__USERS__CONSUMER: 'shop', ACLS__CONSUMER_GROUP: 'shop-etl' }),
      'eu.',
    );
    expect(grants.filter(({ acl }) => acl.resource === 'group' && acl.name === 'shop-etl')).toHaveLength(2);
  });
});

describe('commandOf', () => {
  it.each([
    [
      { resource: 'topic', name: 'eu.replays', pattern: 'literal', operation: 'describe-configs' },
      '--operation DescribeConfigs --topic eu.replays',
    ],
    [
      { resource: 'transactional-id', name: 'hw-enricher-', pattern: 'prefixed', operation: 'write' },
      '--operation Write --transactional-id hw-enricher- --resource-pattern-type prefixed',
    ],
    [
      { resource: 'cluster', name: 'kafka-cluster', pattern: 'literal', operation: 'idempotent-write' },
      '--operation IdempotentWrite --cluster',
    ],
  ] as const)('says %j', (acl, ending) => {
    expect(commandOf({ principal: 'User:a', acl }, ['k:1', 'k:2'])).toBe(
      `kafka-acls.sh --bootstrap-server k:1,k:2 --add --allow-principal User:a ${ending}`,
    );
  });
});
