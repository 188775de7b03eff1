import { aclsOf, allows, groupOf, principals, type AclOperation, type Principal } from './acls';
import { topics, type Topic } from './topics';

const table: readonly Topic[] = Object.values(topics);
const may = (principal: Principal, operation: AclOperation, name: string): boolean =>
  allows(aclsOf(principal), { resource: 'topic', name, operation });

describe('aclsOf', () => {
  it('lets exactly those write a topic whom the table names', () => {
    for (const { name, producers } of table)
      expect([name, principals.filter((principal) => may(principal, 'write', name))]).toEqual([
        name,
        principals.filter((principal) => producers.some((producer) => producer === principal)),
      ]);
  });

  it('lets exactly those read a topic whom the table names, and the verifier what it checks', () => {
    for (const { name, readers } of table)
      expect([name, principals.filter((principal) => may(principal, 'read', name))]).toEqual([
        name,
        principals.filter((principal) =>
          principal === 'verifier'
            ? ['enriched-events', 'valid-events', 'failed-events'].includes(name)
            : readers.some((reader) => reader === (principal === 'consumer' ? 'consumers' : principal)),
        ),
      ]);
  });

  it('lets only the enricher read addresses', () => {
    expect(principals.filter((principal) => may(principal, 'read', 'collector-payloads'))).toEqual([
      'enricher',
    ]);
  });

  it('gives every reader its own group and no other', () => {
    const groups = (principal: Principal): string[] =>
      aclsOf(principal).flatMap(({ resource, operation, name }) =>
        resource === 'group' && operation === 'read' ? [name] : [],
      );
    expect(groups('loader')).toEqual(['headwater-loader']);
    expect(groups('collector')).toEqual([]);
    expect(groups('consumer')).toEqual(['example-consumer']);
    expect(groups('cli')).toEqual([]);
    expect(groups('verifier')).toEqual([]);
  });

  it('lets enricher, validator and loader, and nobody else, open transactions of their own', () => {
    const ids = principals.flatMap((principal) =>
      aclsOf(principal).flatMap(({ resource, operation, pattern, name }) =>
        resource === 'transactional-id' && operation === 'write' ? [[principal, pattern, name]] : [],
      ),
    );
    expect(ids).toEqual([
      ['enricher', 'prefixed', 'headwater-enricher-'],
      ['validator', 'prefixed', 'headwater-validator-'],
      ['loader', 'prefixed', 'headwater-loader-'],
    ]);
  });

  it('puts the prefix of the installation before every name', () => {
    for (const principal of principals)
      for (const { name } of aclsOf(principal, { prefix: 'eu.', consumerGroup: 'eu.shop' }))
        expect(name).toMatch(/^eu\./);
    expect(groupOf('loader', 'eu.')).toBe('eu.headwater-loader');
  });

  it('asks for the right of idempotent writing only where old brokers need it, and only for writers', () => {
    const withRight = (idempotentWrite: boolean): Principal[] =>
      principals.filter((principal) =>
        aclsOf(principal, { idempotentWrite }).some(({ operation }) => operation === 'idempotent-write'),
      );
    expect(withRight(false)).toEqual([]);
    expect(withRight(true)).toEqual([
      'collector',
      'enricher',
      'validator',
      'loader',
      'quality-monitor',
      'cli',
    ]);
  });

  it('lets the job make the topics and nobody delete or change anything', () => {
    expect(principals.filter((principal) => may(principal, 'create', 'valid-events'))).toEqual(['jobs']);
    expect(
      new Set(principals.flatMap((principal) => aclsOf(principal).map(({ operation }) => operation))),
    ).toEqual(new Set(['read', 'write', 'create', 'describe', 'describe-configs']));
  });

  it('lets the command line look at every topic and group, and read no record', () => {
    for (const { name } of table) {
      expect([name, may('cli', 'describe', name), may('cli', 'describe-configs', name)]).toEqual([
        name,
        true,
        true,
      ]);
      expect(may('cli', 'read', name)).toBe(false);
    }
    expect(
      allows(aclsOf('cli'), { resource: 'group', name: 'headwater-loader', operation: 'describe' }),
    ).toBe(true);
  });

  it('lets the verifier see the ends of every topic and the lag of every group, and change nothing', () => {
    for (const { name } of table) expect([name, may('verifier', 'describe', name)]).toEqual([name, true]);
    expect(
      allows(aclsOf('verifier'), { resource: 'group', name: 'headwater-loader', operation: 'describe' }),
    ).toBe(true);
    expect(new Set(aclsOf('verifier').map(({ operation }) => operation))).toEqual(
      new Set(['read', 'describe']),
    );
  });

  it('lets the monitor see how far every stage has read, and no event', () => {
    const acls = aclsOf('quality-monitor', { prefix: 'eu.' });
    for (const { name } of table)
      expect([name, may('quality-monitor', 'describe', name)]).toEqual([name, true]);
    for (const stage of ['enricher', 'validator', 'loader'])
      expect(allows(acls, { resource: 'group', name: groupOf(stage, 'eu.'), operation: 'describe' })).toBe(
        true,
      );
    expect(table.filter(({ name }) => may('quality-monitor', 'read', name)).map(({ name }) => name)).toEqual([
      'stage-counts',
    ]);
    expect(
      acls
        .filter(({ resource, operation }) => resource === 'group' && operation === 'read')
        .map(({ name }) => name),
    ).toEqual(['eu.headwater-quality-monitor']);
  });

  it.each(principals)('says nothing twice for %s', (principal) => {
    const lines = aclsOf(principal).map((acl) => JSON.stringify(acl));
    expect(lines).toEqual([...new Set(lines)]);
  });
});
