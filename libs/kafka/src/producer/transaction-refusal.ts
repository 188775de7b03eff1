import { ServiceError } from '@headwater/stage';
import { messageOf, troubleOf } from '../client/kafka-error';
import { AccessRefused, BrokerUnavailable, Misconfigured } from '../errors';

/** What an error of a transaction means to a person. */
export function refusalOfTransaction(transactionalId: string, error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const trouble = troubleOf(error);
  if (trouble === 'access')
    return new AccessRefused(
      `Kafka refuses a transaction of ${transactionalId} (${messageOf(error)}). Check the user's rights: Write and Describe on the transactional ids with this prefix, Write on all output topics, which must exist, Read on the group (the job "acls" lists them). It is tried again.`,
      { cause: error },
    );
  if (trouble === 'fatal')
    return new Misconfigured(
      `Kafka cannot serve the transactional id ${transactionalId} (${messageOf(error)}). Check the version of the brokers (2.8 or later) and transaction.max.timeout.ms.`,
      { cause: error },
    );
  return new BrokerUnavailable(
    `The transactional id ${transactionalId} cannot be used now (${messageOf(error)}). Check that the brokers run.`,
    { cause: error },
  );
}
