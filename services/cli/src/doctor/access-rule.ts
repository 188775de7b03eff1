/** One rule of the brokers' authorizer, in the words that `kafka-acls.sh` uses. */
export interface AccessRule {
  readonly principal: string;
  /** From where; `*` is everywhere. */
  readonly host: string;
  readonly kind: string;
  readonly name: string;
  readonly pattern: string;
  readonly operation: string;
  readonly allows: boolean;
}

// Codes of the protocol: https://kafka.apache.org/protocol, org.apache.kafka.common.{acl,resource}
const kinds = ['unknown', 'any', 'topic', 'group', 'cluster', 'transactional-id', 'delegation-token', 'user'];
const patterns = ['unknown', 'any', 'match', 'literal', 'prefixed'];
const operations = [
  'Unknown',
  'Any',
  'All',
  'Read',
  'Write',
  'Create',
  'Delete',
  'Alter',
  'Describe',
  'ClusterAction',
  'DescribeConfigs',
  'AlterConfigs',
  'IdempotentWrite',
];
const ALLOW = 3;

/** What DescribeAcls answers, as the client hands it over. */
interface DescribedResource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly resourcePatternType: number;
  readonly acls: readonly {
    readonly principal: string;
    readonly host: string;
    readonly operation: number;
    readonly permissionType: number;
  }[];
}

export const accessRulesOf = (resources: readonly DescribedResource[]): readonly AccessRule[] =>
  resources.flatMap(({ resourceType, resourceName, resourcePatternType, acls }) =>
    acls.map(({ principal, host, operation, permissionType }) => ({
      principal,
      host,
      kind: kinds[resourceType] ?? String(resourceType),
      name: resourceName,
      pattern: patterns[resourcePatternType] ?? String(resourcePatternType),
      operation: operations[operation] ?? String(operation),
      allows: permissionType === ALLOW,
    })),
  );
