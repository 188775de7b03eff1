import { BrokerUnavailable, Misconfigured } from '../errors';
import { needsRejoin, protocolTypes, troubleOf } from './kafka-error';

const protocolError = (type: string): Error =>
  Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type });
const wrapped = (cause: Error): Error =>
  Object.assign(new Error(cause.message, { cause }), { name: 'KafkaJSNonRetriableError', retriable: false });

it.each([
  ['another owner', protocolError('INVALID_PRODUCER_EPOCH'), 'fenced'],
  ['another owner, wrapped twice', wrapped(wrapped(protocolError('INVALID_PRODUCER_EPOCH'))), 'fenced'],
  ['a batch too large', wrapped(protocolError('MESSAGE_TOO_LARGE')), 'tooLarge'],
  ['missing rights', protocolError('TOPIC_AUTHORIZATION_FAILED'), 'fatal'],
  ['a wrong password', Object.assign(new Error('no'), { name: 'KafkaJSSASLAuthenticationError' }), 'fatal'],
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
