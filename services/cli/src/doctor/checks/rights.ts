import { aclsOf, topics, type Acl, type Principal, type ServiceName } from '@headwater/contracts';
import type { AccessRule } from '../access-rule';
import { reasonOf, type Check } from '../check';
import { ok, problem, warning, type Finding } from '../finding';
import type { Brokers } from '../installation';

const SERVICES = [
  'collector',
  'enricher',
  'validator',
  'loader',
  'quality-monitor',
] as const satisfies readonly (Principal & ServiceName)[];

export const rights: Check = {
  name: 'rights in kafka',
  summary: 'each service may do what it needs, and truncated addresses are read by the enricher alone',
  runbook: 'rights',
  run: async ({ brokers }) => {
    const { brokers: members } = await brokers.cluster();
    let rules: readonly AccessRule[] | null;
    try {
      rules = await brokers.accessRules();
    } catch (error) {
      return [await tried(brokers, reasonOf(error))];
    }
    if (rules === null) {
      const seen = 'The brokers have no authorizer: every client may do everything.';
      return [
        members.length === 1
          ? ok('authorizer', `${seen} On one broker that is a stack for trying things out.`)
          : warning(
              'authorizer',
              seen,
              'Switch one on, and give each service its own user: collector-payloads holds truncated addresses, which only the enricher may read.',
            ),
      ];
    }
    return [
      ok('authorizer', `It holds ${String(rules.length)} rules.`),
      ...SERVICES.map((service) => serviceFinding(service, rules, brokers.prefix)),
      readersFinding(rules, `${brokers.prefix}${topics.collectorPayloads.name}`),
    ];
  },
};

/** Where the rules cannot be listed, harmless questions show what this user may do. */
async function tried(
  { user, topics: askTopics, differences, lag }: Brokers,
  reason: string,
): Promise<Finding> {
  const name = user ?? 'ANONYMOUS';
  try {
    await Promise.all([askTopics(), differences(), ...SERVICES.map((service) => lag(service))]);
    return ok(
      `user ${name}`,
      'It may read topics, their settings and offsets, which is what the command line needs. It may not list the rules, so those of the services were not looked at.',
    );
  } catch (error) {
    return problem(
      `user ${name}`,
      `${reasonOf(error)} (Neither may it list the rules: ${reason}.)`,
      'Give it the rights of the principal cli: see docs/runbooks/rights.md.',
    );
  }
}

const resources: Readonly<Record<string, Acl['resource']>> = {
  topic: 'topic',
  group: 'group',
  'transactional-id': 'transactional-id',
  cluster: 'cluster',
};
/** `DescribeConfigs` of the brokers is `describe-configs` of the table. */
const wordOf = (operation: string): string => operation.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();

const covers = ({ kind, name, pattern, operation, allows }: AccessRule, wanted: Acl): boolean =>
  resources[kind] === wanted.resource &&
  (wordOf(operation) === wanted.operation ||
    operation === 'All' ||
    // Whoever may read or write may also look; whoever may not may look all the same.
    (allows && wanted.operation === 'describe' && ['Read', 'Write'].includes(operation))) &&
  (name === '*' || (pattern === 'prefixed' ? wanted.name.startsWith(name) : name === wanted.name));

const isAbout = (rule: AccessRule, principal: string): boolean =>
  [principal, 'User:*'].includes(rule.principal);

/** A denial outweighs every right. One that holds for some hosts alone is for those who made it. */
const isDenied = (rules: readonly AccessRule[], principal: string, wanted: Acl): boolean =>
  rules.some((rule) => !rule.allows && rule.host === '*' && isAbout(rule, principal) && covers(rule, wanted));

/** Wherever it runs: what is allowed from some hosts alone does not count. */
const mayEverywhere = (rules: readonly AccessRule[], principal: string, wanted: Acl): boolean =>
  rules.some(
    (rule) => rule.allows && rule.host === '*' && isAbout(rule, principal) && covers(rule, wanted),
  ) && !isDenied(rules, principal, wanted);

function serviceFinding(service: Principal, rules: readonly AccessRule[], prefix: string): Finding {
  const needed = aclsOf(service, { prefix });
  const principals = [...new Set(rules.map(({ principal }) => principal))];
  const lacking = (principal: string): readonly Acl[] =>
    needed.filter((acl) => !mayEverywhere(rules, principal, acl));
  const foreign = (principal: string): number =>
    rules.filter((rule) => rule.principal === principal && !needed.some((acl) => covers(rule, acl))).length;
  const subject = `rights of ${service}`;
  const [best] = principals
    .map((principal) => ({ principal, lacks: lacking(principal) }))
    .sort((a, b) => a.lacks.length - b.lacks.length || foreign(a.principal) - foreign(b.principal));
  if (best?.lacks.length === 0) return ok(subject, `${best.principal} may do all that it needs.`);
  const lacks = (best?.lacks ?? needed)
    .map(({ operation, resource, name }) => `${operation} on ${resource} ${name}`)
    .join(', ');
  return warning(
    subject,
    `No user may do all that it needs${best ? `; ${best.principal} comes nearest and lacks ${lacks}` : ''}. (Super users have no rules: if it is one, all is well, but it may too much.)`,
    'Make the rules of the topic table: see the page.',
  );
}

function readersFinding(rules: readonly AccessRule[], topic: string): Finding {
  const acl: Acl = { resource: 'topic', name: topic, pattern: 'literal', operation: 'read' };
  const readers = [
    ...new Set(rules.filter((rule) => rule.allows && covers(rule, acl)).map(({ principal }) => principal)),
  ].filter((principal) => !isDenied(rules, principal, acl));
  const subject = `readers of ${topic}`;
  return readers.length > 1 || readers.includes('User:*')
    ? warning(
        subject,
        `${readers.join(', ')} may read it.`,
        'It holds truncated addresses: take the right from all but the enricher.',
      )
    : ok(subject, readers.length === 0 ? 'Nobody but super users.' : `${readers.join('')} alone.`);
}
