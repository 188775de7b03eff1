/**
 * What runs the stack where there is a Docker engine. ClickHouse is the one of docker-compose.yml. Of Kafka it is Confluent's
 * build, which Testcontainers knows how to start (8.1 is Kafka 4.1); the registry has the version of the one there, and keeps
 * its schemas in memory instead of in Kafka.
 */
export const images = {
  kafka: 'confluentinc/cp-kafka:8.1.0',
  registry: 'apicurio/apicurio-registry-mem:2.6.13.Final',
  clickhouse: 'clickhouse/clickhouse-server:26.3',
} as const;
