import { topics, type Topic } from './topics';

/**
 * Who signs in to the brokers, each under a user of its own: the services, the command line, `headwater verify`, the job that
 * makes topics, and a consumer outside Headwater as an example of one.
 */
export const principals = [
  'collector',
  'enricher',
  'validator',
  'loader',
  'quality-monitor',
  'cli',
  'verifier',
  'jobs',
  'consumer',
] as const;
export type Principal = (typeof principals)[number];

export type AclOperation = 'read' | 'write' | 'create' | 'describe' | 'describe-configs' | 'idempotent-write';

/** One thing that a principal may do, as Kafka's authorizer knows it. */
export interface Acl {
  readonly resource: 'topic' | 'group' | 'transactional-id' | 'cluster';
  /** Name on the brokers, prefix of the installation included. */
  readonly name: string;
  readonly pattern: 'literal' | 'prefixed';
  readonly operation: AclOperation;
}

export interface AclOptions {
  /** Prefix of the installation, as `KAFKA__TOPIC_PREFIX`. */
  readonly prefix?: string;
  /** Consumer group of the consumer outside Headwater. */
  readonly consumerGroup?: string;
  /**
   * Brokers before 2.8 ask idempotent producers for a right of its own; later ones take the right to write to a topic for it
   * (KIP-679).
   */
  readonly idempotentWrite?: boolean;
}

/**
 * Services whose output, dead letters, counts and input offsets are one transaction; and the loader, which looks at what was
 * committed behind a transaction that it undoes.
 */
const transactional: readonly Principal[] = ['enricher', 'validator', 'loader'];
/**
 * What `headwater verify` reads: what a stage wrote of the events that it sent. It reads no addresses, and the counts where the
 * tables have them. It is no part of the dataflow, so the topic table does not name it.
 */
const verified: readonly Topic[] = [topics.enrichedEvents, topics.validEvents, topics.failedEvents];
/** Name of Kafka's one cluster resource. */
const CLUSTER = 'kafka-cluster';

/** Name of a service's consumer group on the brokers. */
export const groupOf = (service: string, prefix = ''): string => `${prefix}headwater-${service}`;

/**
 * Exactly what a principal needs, made from the topic table. Reading and writing imply looking; it is named all the same, so
 * that a broker with another authorizer gives the same rights.
 */
export function aclsOf(principal: Principal, options: AclOptions = {}): readonly Acl[] {
  const { prefix = '', idempotentWrite = false } = options;
  const onTopics = Object.values(topics).flatMap((topic) =>
    operationsOn(topic, principal).map((operation): Acl => ({
      resource: 'topic',
      name: `${prefix}${topic.name}`,
      pattern: 'literal',
      operation,
    })),
  );
  const may = (operation: AclOperation): boolean => onTopics.some((acl) => acl.operation === operation);
  return [
    ...onTopics,
    // `headwater verify` reads without a group.
    ...(may('read') && principal !== 'verifier' ? groupAcls(principal, options) : []),
    // `headwater doctor`, `headwater verify` and the check `accounting` measure how far behind the services are.
    ...(principal === 'cli' || principal === 'verifier' || principal === 'quality-monitor'
      ? acls('group', groupOf('', prefix), 'prefixed', ['describe'])
      : []),
    // One id per input partition: `<group>-<topic>-<partition>`.
    ...(transactional.includes(principal)
      ? acls('transactional-id', `${groupOf(principal, prefix)}-`, 'prefixed', ['write', 'describe'])
      : []),
    ...(idempotentWrite && may('write') ? acls('cluster', CLUSTER, 'literal', ['idempotent-write']) : []),
  ];
}

function operationsOn(topic: Topic, principal: Principal): readonly AclOperation[] {
  if (principal === 'verifier') return [...(verified.includes(topic) ? (['read'] as const) : []), 'describe'];
  const { producers, readers } = topic;
  const reader = principal === 'consumer' ? 'consumers' : principal;
  const operations: readonly AclOperation[] = [
    ...(producers.some((name) => name === principal) ? (['write'] as const) : []),
    ...(readers.some((name) => name === reader) ? (['read'] as const) : []),
    ...(principal === 'jobs' ? (['create'] as const) : []),
    // The job and `headwater doctor` compare topics with the table; neither reads a record.
    ...(principal === 'jobs' || principal === 'cli' ? (['describe-configs'] as const) : []),
  ];
  // The monitor compares the ends of topics with what their readers have committed; it reads no event.
  return operations.length === 0 && principal !== 'quality-monitor' ? [] : [...operations, 'describe'];
}

function groupAcls(principal: Principal, { prefix = '', consumerGroup }: AclOptions): readonly Acl[] {
  const name = principal === 'consumer' ? (consumerGroup ?? 'example-consumer') : groupOf(principal, prefix);
  return acls('group', name, 'literal', ['read', 'describe']);
}

const acls = (
  resource: Acl['resource'],
  name: string,
  pattern: Acl['pattern'],
  operations: readonly AclOperation[],
): readonly Acl[] => operations.map((operation) => ({ resource, name, pattern, operation }));

/** Whether a list of rights allows an operation on a resource, as Kafka's authorizer decides: for tests and for `doctor`. */
export function allows(
  acls: readonly Acl[],
  wanted: { readonly resource: Acl['resource']; readonly name: string; readonly operation: AclOperation },
): boolean {
  return acls.some(
    ({ resource, name, pattern, operation }) =>
      resource === wanted.resource &&
      operation === wanted.operation &&
      (pattern === 'literal' ? name === wanted.name : wanted.name.startsWith(name)),
  );
}
