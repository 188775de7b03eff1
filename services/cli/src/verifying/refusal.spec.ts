import { ClickHouseAccessDenied, ClickHouseUnavailable } from '@headwater/clickhouse';
import { AccessRefused, BrokerUnavailable } from '@headwater/kafka';
import { refusalIn } from './refusal';

/** An error of the protocol, as the client throws it. */
const protocolError = (type: string, message: string): Error => Object.assign(new Error(message), { type });
const signInFailed = Object.assign(new Error('wrong'), { name: 'KafkaJSSASLAuthenticationError' });

describe('refusalIn', () => {
  it('repeats what was refused, and whom to be instead', () => {
    expect(
      refusalIn(
        new ClickHouseAccessDenied(
          'ClickHouse at http://c:8123 did not answer: access is refused (code 497). It is tried again. Check CLICKHOUSE__USERNAME.',
        ),
      ),
    ).toBe(
      'ClickHouse at http://c:8123 did not answer: access is refused (code 497). Check CLICKHOUSE__USERNAME. headwater verify has a user of its own, verifier: docs/how-to/verify.md says how to give it its rights.',
    );
    expect(refusalIn(new AccessRefused('Kafka at k refuses the lag.'))).toContain(
      'Kafka at k refuses the lag.',
    );
  });

  it.each([
    [
      'a topic',
      protocolError('TOPIC_AUTHORIZATION_FAILED', 'Not authorized to access topics'),
      /Not authorized to access topics/,
    ],
    [
      'a password',
      protocolError('SASL_AUTHENTICATION_FAILED', 'SASL Authentication failed.'),
      /SASL Authentication failed/i,
    ],
    ['a password, as the client says it', signInFailed, /refuses this user: wrong\./],
  ])('finds a refused %s behind what looks like an outage', (_what, cause, words) => {
    const error = new BrokerUnavailable(
      'valid-events cannot be read now. Check that k:9092 can be reached.',
      { cause },
    );
    expect(refusalIn(error)).toMatch(words);
    expect(refusalIn(error)).not.toContain('can be reached');
  });

  it.each([
    ['an outage of ClickHouse', new ClickHouseUnavailable('no')],
    [
      'an outage of the brokers',
      new BrokerUnavailable('no', { cause: protocolError('REQUEST_TIMED_OUT', 'late') }),
    ],
    ['a broken connection', new BrokerUnavailable('no', { cause: new Error('reset') })],
    ['an error of the program', new TypeError('x is not a function')],
    ['no error', undefined],
  ])('says nothing of %s', (_what, error) => {
    expect(refusalIn(error)).toBeNull();
  });

  it('comes to an end with causes that go round', () => {
    const error = new Error('a');
    error.cause = error;
    expect(refusalIn(error)).toBeNull();
  });
});
