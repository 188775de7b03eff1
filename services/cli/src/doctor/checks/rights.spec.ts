import { aclsOf, principals } from '@headwater/contracts';
import type { AccessRule } from '../access-rule';
import type { Finding } from '../finding';
import { findingsOf } from '../testing/an-installation';
import { rights } from './rights';

const oneBroker = (): Promise<{
  clusterId: string;
  controller: number;
  brokers: [{ id: 0; host: ''; port: 1 }];
}> => Promise.resolve({ clusterId: 'abc', controller: 0, brokers: [{ id: 0, host: '', port: 1 }] });

/** The rules of the table, as brokers list them. */
const table: readonly AccessRule[] = principals.flatMap((principal) =>
  aclsOf(principal, { prefix: 'prod.' }).map(({ resource, name, pattern, operation }) => ({
    principal: `User:${principal}`,
    host: '*',
    kind: resource,
    name,
    pattern,
    operation: operation
      .split('-')
      .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
      .join(''),
    allows: true,
  })),
);
const ofRules = (rules: readonly AccessRule[]): Promise<readonly Finding[]> =>
  findingsOf(rights, { brokers: { prefix: 'prod.', accessRules: () => Promise.resolve(rules) } });
const toldOf = async (rules: readonly AccessRule[]): Promise<readonly string[]> =>
  (await ofRules(rules))
    .filter(({ state }) => state !== 'ok')
    .map(({ subject, seen }) => `${subject}: ${seen}`);

describe('the check of rights', () => {
  it('is content with the rules of the topic table', async () => {
    const found = await ofRules(table);
    expect(found.map(({ subject, state }) => `${subject} ${state}`)).toEqual([
      'authorizer ok',
      'rights of collector ok',
      'rights of enricher ok',
      'rights of validator ok',
      'rights of loader ok',
      'rights of quality-monitor ok',
      'readers of prod.collector-payloads ok',
    ]);
  });

  it('takes for the user of a service who may do little else, and not another who lacks as much', async () => {
    const without = table.filter(
      ({ principal, name, operation }) =>
        !(principal === 'User:collector' && name === 'prod.failed-events' && operation === 'Write'),
    );
    expect(await toldOf(without.toReversed())).toEqual([
      expect.stringContaining('User:collector comes nearest and lacks write on topic prod.failed-events.'),
    ]);
  });

  it('names the right that a service lacks', async () => {
    const without = table.filter(
      ({ principal, kind, operation }) =>
        !(principal === 'User:validator' && kind === 'transactional-id' && operation === 'Write'),
    );
    expect(await toldOf(without)).toEqual([
      expect.stringContaining(
        'rights of validator: No user may do all that it needs; User:validator comes nearest and lacks write on transactional-id prod.headwater-validator-.',
      ),
    ]);
  });

  it('does not take a denial for a right', async () => {
    const denied = table.map((rule) =>
      rule.principal === 'User:collector' && rule.operation === 'Write' ? { ...rule, allows: false } : rule,
    );
    expect((await toldOf(denied))[0]).toMatch(/^rights of collector/);
  });

  it('names others who may read truncated addresses', async () => {
    const wide = {
      principal: 'User:analyst',
      host: '10.0.0.7',
      kind: 'topic',
      name: 'prod.',
      pattern: 'prefixed',
      operation: 'All',
      allows: true,
    };
    expect(await toldOf([...table, wide])).toEqual([
      'readers of prod.collector-payloads: User:enricher, User:analyst may read it.',
    ]);
  });

  it.each(['User:collector', 'User:*'])(
    'takes a denial of %s for the end of a right that is given as well',
    async (principal) => {
      const [own] = table.filter((rule) => rule.principal === 'User:collector' && rule.operation === 'Write');
      if (!own) throw new Error('The collector writes nothing.');
      const denial = { ...own, principal, allows: false };
      expect((await toldOf([...table, denial]))[0]).toMatch(/^rights of collector: .*lacks write on topic/);
      expect(await toldOf([...table, { ...denial, host: '10.0.0.7' }])).toEqual([]);
    },
  );

  it('does not count what is allowed from one host alone', async () => {
    const narrow = table.map((rule) =>
      rule.principal === 'User:loader' && rule.kind === 'group' ? { ...rule, host: '10.0.0.7' } : rule,
    );
    expect((await toldOf(narrow))[0]).toMatch(/^rights of loader/);
  });

  it('does not name as a reader who is denied it', async () => {
    const all = { principal: 'User:analyst', host: '*', kind: 'topic', name: 'prod.', pattern: 'prefixed' };
    const rules = [
      ...table,
      { ...all, operation: 'All', allows: true },
      { ...all, operation: 'Read', name: 'prod.collector-payloads', pattern: 'literal', allows: false },
    ];
    expect(await toldOf(rules)).toEqual([]);
  });

  it('warns of a cluster on which everybody may do everything', async () => {
    expect(await findingsOf(rights)).toEqual([expect.objectContaining({ state: 'warning' })]);
    expect(await findingsOf(rights, { brokers: { cluster: oneBroker } })).toEqual([
      expect.objectContaining({ state: 'ok' }),
    ]);
  });

  it('tries what it needs where it may not list the rules', async () => {
    const refused = (): Promise<never> => Promise.reject(new Error('Cluster authorization failed'));
    expect(await findingsOf(rights, { brokers: { accessRules: refused } })).toEqual([
      expect.objectContaining({ state: 'ok', subject: 'user doctor' }),
    ]);
    expect(await findingsOf(rights, { brokers: { accessRules: refused, lag: refused } })).toEqual([
      expect.objectContaining({ state: 'problem', subject: 'user doctor' }),
    ]);
  });
});
