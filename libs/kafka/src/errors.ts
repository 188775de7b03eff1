import { ServiceError } from '@headwater/stage';
import type { Poison } from './client/poison';

/** The broker does not answer, or not in time. What was being written may or may not be there. */
export class BrokerUnavailable extends ServiceError {
  override readonly code = 'E_BROKER_UNAVAILABLE';
  override readonly retriable = true;
}

/** The brokers refuse the user, or what he asks for. Nothing is lost: it goes on once the rights are there. */
export class AccessRefused extends ServiceError {
  override readonly code = 'E_KAFKA_ACCESS';
  override readonly retriable = true;
}

/** Another process has taken a partition over; what this one was writing was undone. */
export class Fenced extends ServiceError {
  override readonly code = 'E_FENCED';
  override readonly retriable = true;
}

/** The group gave a partition away while a batch of it was handled; the batch belongs to the new owner. */
export class PartitionLost extends ServiceError {
  override readonly code = 'E_PARTITION_LOST';
  override readonly retriable = true;

  constructor(topic: string, partition: number) {
    super(
      `${topic}/${String(partition)} was taken away while a batch was handled; its new owner reads it again.`,
    );
  }
}

/** More is waiting to be written than may be held in memory. Nothing was accepted. */
export class Overloaded extends ServiceError {
  override readonly code = 'E_OVERLOADED';
  override readonly retriable = true;
}

/** Pause the partition and retry: the event is innocent. */
export class RegistryUnavailable extends ServiceError {
  override readonly code = 'E_REGISTRY_UNAVAILABLE';
  override readonly retriable = true;
}

/** The registry gives a schema another id than before: what the topics hold would be read under wrong schemas. */
export class RegistryChanged extends ServiceError {
  override readonly code = 'E_REGISTRY_CHANGED';
  override readonly retriable = true;
}

/** The registry answers, but does not know the schema that this build writes. */
export class SchemaNotRegistered extends ServiceError {
  override readonly code = 'E_SCHEMA_NOT_REGISTERED';
  override readonly retriable = false;
}

/** The registry refuses a schema, or holds another one under the name. */
export class SchemaConflict extends ServiceError {
  override readonly code = 'E_SCHEMA_CONFLICT';
  override readonly retriable = false;
}

/** Something is wired or configured wrongly; the message says what to change. */
export class Misconfigured extends ServiceError {
  override readonly code = 'E_MISCONFIGURED';
  override readonly retriable = false;
}

/** The log does not hold what the last owner of the partition was storing when it died. */
export class RangeMismatch extends ServiceError {
  override readonly code = 'E_RANGE_MISMATCH';
  override readonly retriable = false;
}

/** A record batch cannot be taken apart: the partition stands until a person decides what becomes of it. */
export class PoisonBatch extends ServiceError {
  override readonly code = 'E_POISON_BATCH';
  override readonly retriable = false;

  constructor(
    topic: string,
    partition: number,
    readonly poison: Poison,
  ) {
    const { first, last, reason } = poison;
    super(
      `The record batch ${String(first)} to ${String(last)} of ${topic}/${String(partition)} cannot be read (${reason}). Nothing behind it is read until somebody decides. To give up its ${String(last - first + 1n)} records, set KAFKA__SKIP_BATCHES=${skipName(topic, partition, { first, last })} and start the service again.`,
    );
  }
}

/** How a batch is named that is to be skipped. */
export const skipName = (
  topic: string,
  partition: number,
  { first, last }: Pick<Poison, 'first' | 'last'>,
): string => `${topic}/${String(partition)}@${String(first)}-${String(last)}`;

/** Retention removed records before they were read. */
export class RecordsGone extends ServiceError {
  override readonly code = 'E_GAP';
  override readonly retriable = false;

  constructor(topic: string, partition: number, from: bigint, start: bigint) {
    super(
      `Retention removed the offsets ${String(from)} to ${String(start - 1n)} of ${topic}/${String(partition)} before they were read. Give the topic more retention, or begin at ${String(start)}.`,
    );
  }
}

/** No record of the topic can hold the value. */
export class RecordTooLarge extends ServiceError {
  override readonly code = 'E_RECORD_TOO_LARGE';
  override readonly retriable = false;
}

/** A value does not fit the schema of its topic: an error of the program, never of the data. */
export class NotEncodable extends ServiceError {
  override readonly code = 'E_NOT_ENCODABLE';
  override readonly retriable = false;
}

/** The consumer stopped for good; only a new process can go on. */
export class ConsumerStopped extends ServiceError {
  override readonly code = 'E_CONSUMER_STOPPED';
  override readonly retriable = false;
}
