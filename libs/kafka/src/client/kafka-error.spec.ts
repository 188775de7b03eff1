import { AccessRefused, BrokerUnavailable, Misconfigured } from '../errors';
import { needsRejoin, protocolTypes, troubleOf } from './kafka-error';

const protocolError = (type: string): Error =>
  Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type });
const wrapped = (cause: Error): Error =>
  Object.assign(new Error(cause.message, { cause }), { name: 'KafkaJSNonRetriableError', retriable: false });

it.each([
  ['another owner', protocolError('INVALID_PRODUCER_EPOCH'), 'fenced'],
  ['another owner, wrapped twice', wrapped(wrapped(protocolError('INVALID_PRODUCER_EPOCH'))), 'fenced'],
  ['a batch too large', wrapped(protocolError('MESSAGE_TOO_LARGE')), 'tooLarge'],
  ['missing rights to a topic', protocolError('TOPIC_AUTHORIZATION_FAILED'), 'access'],
  ['missing rights to a group', wrapped(protocolError('GROUP_AUTHORIZATION_FAILED')), 'access'],
  ['missing rights to an id', protocolError('TRANSACTIONAL_ID_AUTHORIZATION_FAILED'), 'access'],
  [
    'a topic of a transaction, beside one that is refused',
    protocolError('OPERATION_NOT_ATTEMPTED'),
    'access',
  ],
  ['a wrong password', Object.assign(new Error('no'), { name: 'KafkaJSSASLAuthenticationError' }), 'access'],
  ['rights that were refused, by our own name', new AccessRefused('no'), 'access'],
  ['a full disk of a broker', protocolError('KAFKA_STORAGE_ERROR'), 'transient'],
  ['too few replicas in sync', wrapped(protocolError('NOT_ENOUGH_REPLICAS')), 'transient'],
  ['too few replicas after the append', protocolError('NOT_ENOUGH_REPLICAS_AFTER_APPEND'), 'transient'],
  ['a partition without leader', protocolError('LEADER_NOT_AVAILABLE'), 'transient'],
  ['a moved leader', protocolError('NOT_LEADER_FOR_PARTITION'), 'transient'],
  ['a coordinator that loads', protocolError('GROUP_LOAD_IN_PROGRESS'), 'transient'],
  ['a transaction that ends still', protocolError('CONCURRENT_TRANSACTIONS'), 'transient'],
  ['a slow broker', protocolError('REQUEST_TIMED_OUT'), 'transient'],
  ['an error that Kafka does not explain', protocolError('UNKNOWN'), 'transient'],
  ['a broker that is too old', protocolError('UNSUPPORTED_VERSION'), 'fatal'],
  ['a broker that is down, called non-retriable', wrapped(new Error('ECONNREFUSED')), 'transient'],
  [
    'no coordinator, called non-retriable',
    wrapped(protocolError('GROUP_COORDINATOR_NOT_AVAILABLE')),
    'transient',
  ],
  ['an outage of our own naming', new BrokerUnavailable('down'), 'transient'],
  ['a mistake in the settings', new Misconfigured('wrong'), 'fatal'],
  ['anything', 'text', 'transient'],
])('takes %s as %s', (_case, error, trouble) => {
  expect(troubleOf(error)).toBe(trouble);
});

it('sees through causes, also circular ones', () => {
  const error = wrapped(protocolError('REBALANCE_IN_PROGRESS'));
  (error.cause as { cause?: unknown }).cause = error;
  expect(protocolTypes(error)).toEqual(['REBALANCE_IN_PROGRESS']);
  expect(needsRejoin(error)).toBe(true);
  expect(needsRejoin(protocolError('NOT_LEADER_FOR_PARTITION'))).toBe(false);
});
