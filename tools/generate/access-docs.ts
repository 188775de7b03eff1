import { aclsOf, principals, type Acl } from '@headwater/contracts';
import { migrations } from '@headwater/clickhouse';
import { databaseGrantsOf, databaseRoles, roleNameOf } from '@headwater/loading';
import type { GeneratedFile } from './generator';

/** Who may do what on Kafka and in ClickHouse: the same tables that the jobs `acls` and `grants` apply. */
export function accessDocs(): readonly GeneratedFile[] {
  return [{ path: 'docs/reference/access.md', content: page() }];
}

function page(): string {
  return `# Access

Generated from \`libs/contracts/src/acls.ts\` and \`libs/loading/src/database-rights.ts\` by \`npm run generate\`. How to set it up:
[Secure an installation](../how-to/secure.md).

## Kafka

The job \`acls\` gives these rights and takes none away; \`jobs acls --dry-run\` prints them as \`kafka-acls.sh\` commands. Names are without the
prefix of the installation. Users are called \`headwater-<program>\` unless told otherwise. \`consumer\` is an example of a reader outside Headwater.
Writers need no \`IdempotentWrite\` from Kafka 2.8 on. Nobody but whoever runs the job \`acls\` needs rights on the cluster.

| program | on | may |
| --- | --- | --- |
${principals.flatMap((principal) => rowsOf(principal, aclsOf(principal))).join('\n')}

## ClickHouse

The job \`grants\` makes these roles; \`jobs grants --dry-run\` prints the SQL. Roles belong to the whole server, so their names begin with the
database of the installation: another database than \`headwater\` has other roles. Nothing is revoked. A view is read with the rights of whoever reads it, so the tables
beneath it are granted too. \`loader\` may read the columns that materialized views take over from what it inserts.

| role | on | may |
| --- | --- | --- |
${databaseRoles
  .flatMap((role) =>
    databaseGrantsOf(role, 'headwater', migrations).map(
      ({ privileges, on }) => `| ${roleNameOf(role, 'headwater')} | \`${on}\` | ${privileges.join(', ')} |`,
    ),
  )
  .join('\n')}
`;
}

function rowsOf(principal: string, acls: readonly Acl[]): readonly string[] {
  const byTarget = new Map<string, string[]>();
  for (const { resource, name, pattern, operation } of acls) {
    const target = `${resource} \`${name}${pattern === 'prefixed' ? '*' : ''}\``;
    byTarget.set(target, [...(byTarget.get(target) ?? []), operation]);
  }
  return [...byTarget].map(
    ([target, operations]) => `| ${principal} | ${target} | ${operations.join(', ')} |`,
  );
}
