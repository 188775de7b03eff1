export { createAuthority } from './certificates';
export { startClickHouse, type RunningClickHouse } from './clickhouse';
export type { ClickHouseFault } from './clickhouse-faults';
export type { ClickHouseUser } from './clickhouse-users';
export type { Endpoints, TestStack } from './endpoints';
export { startClickHouseServer } from './containers';
export { goBinary, type GoProgram } from './go-binary';
export { debianBinary } from './debian-binary';
export { images } from './images';
export { startKafka, type RunningKafka } from './kafka';
export { startSecuredKafka, type KafkaUser, type SecuredKafka } from './kafka-security';
export {
  startKafkaCluster,
  type ClusterNode,
  type KafkaClusterOptions,
  type RunningCluster,
} from './kafka-cluster';
export { lastLines, launch, waitUntilReady, type ManagedProcess } from './managed-process';
export { assertPortFree, freePorts, LOOPBACK, steadyPorts, usualPorts } from './ports';
export { startPrometheus, type RunningPrometheus } from './prometheus';
export { provision } from './provision';
export { startRegistry, type RunningRegistry } from './registry';
export { startRestartable, type Restartable } from './restartable';
export { startStack, type Stack } from './stack';
export { messageOf, StackError } from './stack-error';
export { startTestStack, testStackKind } from './test-stack';
export {
  startToxiproxy,
  type ProxyHandle,
  type RunningToxic,
  type RunningToxiproxy,
  type Toxics,
} from './toxiproxy';
