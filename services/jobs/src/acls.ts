import { aclsOf, principals, type Acl, type Principal } from '@headwater/contracts';
import { connectKafka, createAcls, kafkaConfig, type Grant } from '@headwater/kafka';
import { logConfig } from '@headwater/service-kit';
import { z } from 'zod';
import { defineJob } from './job';
import { settingOf } from './setting-of';

const userName = (principal: Principal): z.ZodType<string> =>
  z
    .string()
    .regex(/^[^\s'"]+$/, 'no spaces or quotes')
    .describe(
      principal === 'consumer'
        ? 'User of the brokers who reads the public topics; none when not set.'
        : `User of the brokers under whom ${principal === 'jobs' ? 'the jobs sign' : `${principal} signs`} in; with mutual TLS the subject of its certificate.`,
    );

const users = z.object(
  Object.fromEntries(
    principals.map((principal) => [
      settingOf(principal),
      principal === 'consumer'
        ? userName(principal).optional()
        : userName(principal).default(`headwater-${principal}`),
    ]),
  ),
);

const aclsConfig = z.object({
  users: users.prefault({}),
  consumerGroup: z
    .string()
    .optional()
    .describe('Consumer group of the user who reads the public topics; `example-consumer` when not set.'),
  idempotentWrite: z
    .boolean()
    .default(false)
    .describe('Whether writers get IdempotentWrite on the cluster: brokers before 2.8 ask for it.'),
});
export type AclsConfig = z.infer<typeof aclsConfig>;

/** Every right of every user, from the topic table. */
export function grantsOf(
  { users: names, consumerGroup, idempotentWrite }: AclsConfig,
  prefix: string,
): readonly Grant[] {
  return principals.flatMap((principal) => {
    const user = names[settingOf(principal)];
    if (user === undefined) return [];
    const acls = aclsOf(principal, {
      prefix,
      idempotentWrite,
      ...(consumerGroup === undefined ? {} : { consumerGroup }),
    });
    return acls.map((acl) => ({ principal: `User:${user}`, acl }));
  });
}

/** The same as Kafka's own command would give it, for whoever may not run jobs against the brokers. */
export function commandOf({ principal, acl }: Grant, brokers: readonly string[]): string {
  const resource = { topic: '--topic', group: '--group', 'transactional-id': '--transactional-id' };
  const target = acl.resource === 'cluster' ? '--cluster' : `${resource[acl.resource]} ${quoted(acl.name)}`;
  const pattern = acl.pattern === 'prefixed' ? ' --resource-pattern-type prefixed' : '';
  return `kafka-acls.sh --bootstrap-server ${brokers.join(',')} --add --allow-principal ${quoted(principal)} --operation ${operationNames[acl.operation]} ${target}${pattern}`;
}

const operationNames: Readonly<Record<Acl['operation'], string>> = {
  read: 'Read',
  write: 'Write',
  create: 'Create',
  describe: 'Describe',
  'describe-configs': 'DescribeConfigs',
  'idempotent-write': 'IdempotentWrite',
};

const quoted = (text: string): string =>
  /^[\w.:@=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Gives each user of the brokers what its service needs, and nothing else. Takes no right away. */
export const aclsJob = defineJob({
  name: 'acls',
  does: 'give the users of the brokers their rights; --dry-run prints the commands instead',
  config: z.object({ kafka: kafkaConfig, acls: aclsConfig.prefault({}), log: logConfig.prefault({}) }),
  run: async ({ kafka, acls }, { log, dryRun, print }) => {
    const grants = grantsOf(acls, kafka.topicPrefix);
    if (dryRun) {
      print(grants.map((grant) => `${commandOf(grant, kafka.brokers)}\n`).join(''));
      return;
    }
    const reports = await createAcls(connectKafka(kafka, { log }), grants);
    for (const { principal, acl, action } of reports)
      if (action === 'created')
        log.info({ principal, ...acl }, `${principal} may ${acl.operation} ${acl.name}`);
    const created = reports.filter(({ action }) => action === 'created').length;
    log.info(
      { created, of: reports.length },
      `${String(created)} of ${String(reports.length)} rights were missing`,
    );
  },
});
