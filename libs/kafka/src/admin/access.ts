import type { Acl } from '@headwater/contracts';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ResourcePatternTypes,
  type AclEntry,
  type Admin,
} from 'kafkajs';
import { AdminClient } from '../client/admin';
import type { KafkaConnection } from '../client/kafka-connection';

/** A right, and the user of the brokers who is given it, as `User:loader`. */
export interface Grant {
  readonly principal: string;
  readonly acl: Acl;
}

/** What was done, or with `dryRun` would be done, about one right. */
export interface GrantReport extends Grant {
  readonly action: 'created' | 'unchanged';
}

/** Any host: where a service runs is for the network to decide. */
const ANY_HOST = '*';

/**
 * Gives the rights that are missing. May be run any number of times. Takes nothing away, also not what nobody asked for:
 * that is a person's decision. Needs Alter and Describe on the cluster.
 *
 * @throws {BrokerUnavailable | AccessRefused | Misconfigured}
 */
export async function createAcls(
  kafka: KafkaConnection,
  grants: readonly Grant[],
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<readonly GrantReport[]> {
  const client = new AdminClient(kafka);
  try {
    return await client.run('its ACLs (Describe and Alter on the cluster)', async (admin) => {
      const existing = await existingAcls(admin, [...new Set(grants.map(({ principal }) => principal))]);
      const reports = grants.map((grant): GrantReport => ({
        ...grant,
        action: existing.has(keyOf(entryOf(grant))) ? 'unchanged' : 'created',
      }));
      const missing = reports.filter(({ action }) => action === 'created');
      if (missing.length > 0 && !dryRun) await admin.createAcls({ acl: missing.map(entryOf) });
      return reports;
    });
  } finally {
    await client.close();
  }
}

async function existingAcls(admin: Admin, principals: readonly string[]): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const principal of principals) {
    const { resources } = await admin.describeAcls({
      resourceType: AclResourceTypes.ANY,
      resourcePatternType: ResourcePatternTypes.ANY,
      principal,
      operation: AclOperationTypes.ANY,
      permissionType: AclPermissionTypes.ANY,
    });
    for (const { acls, ...resource } of resources)
      for (const acl of acls) keys.add(keyOf({ ...resource, ...acl }));
  }
  return keys;
}

const keyOf = (entry: AclEntry): string =>
  JSON.stringify([
    entry.resourceType,
    entry.resourceName,
    entry.resourcePatternType,
    entry.principal,
    entry.host,
    entry.operation,
    entry.permissionType,
  ]);

const entryOf = ({ principal, acl }: Grant): AclEntry => ({
  resourceType: resourceTypes[acl.resource],
  resourceName: acl.name,
  resourcePatternType:
    acl.pattern === 'prefixed' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
  principal,
  host: ANY_HOST,
  operation: operations[acl.operation],
  permissionType: AclPermissionTypes.ALLOW,
});

const resourceTypes: Readonly<Record<Acl['resource'], AclResourceTypes>> = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  'transactional-id': AclResourceTypes.TRANSACTIONAL_ID,
  cluster: AclResourceTypes.CLUSTER,
};

const operations: Readonly<Record<Acl['operation'], AclOperationTypes>> = {
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
  create: AclOperationTypes.CREATE,
  describe: AclOperationTypes.DESCRIBE,
  'describe-configs': AclOperationTypes.DESCRIBE_CONFIGS,
  'idempotent-write': AclOperationTypes.IDEMPOTENT_WRITE,
};
