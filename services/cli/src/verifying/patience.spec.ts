import { BrokerUnavailable, Misconfigured } from '@headwater/kafka';
import { patiently, type Patience } from './patience';

/** A clock that only sleeping moves. */
function patience(forMs: number): {
  readonly given: Patience;
  readonly slept: number[];
  readonly stop: AbortController;
} {
  let time = 0;
  const slept: number[] = [];
  const stop = new AbortController();
  return {
    slept,
    stop,
    given: {
      until: forMs,
      now: () => time,
      sleep: (ms) => {
        slept.push(ms);
        time += ms;
        return Promise.resolve();
      },
      stop: stop.signal,
    },
  };
}

/** Fails with each of these, one after the other, and then brings a value. */
const failing = (...errors: readonly Error[]): jest.Mock<Promise<string>> => {
  const look = jest.fn<Promise<string>, []>();
  for (const error of errors) look.mockRejectedValueOnce(error);
  return look.mockResolvedValue('there');
};
const outage = new BrokerUnavailable('the brokers are away');

describe('patiently', () => {
  it('brings what was seen', async () => {
    const { given, slept } = patience(10_000);
    expect(await patiently(failing(), given)).toEqual({ kind: 'seen', value: 'there' });
    expect(slept).toEqual([]);
  });

  it('looks again, with pauses that grow to five seconds', async () => {
    const { given, slept } = patience(60_000);
    const look = failing(...Array<Error>(6).fill(outage));
    expect(await patiently(look, given)).toEqual({ kind: 'seen', value: 'there' });
    expect(slept).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it('says why nothing was seen once the time is over, and not before', async () => {
    const { given, slept } = patience(3_500);
    const look = failing(...Array<Error>(9).fill(outage));
    expect(await patiently(look, given)).toEqual({ kind: 'failed', why: 'the brokers are away' });
    expect(slept).toEqual([500, 1_000, 2_000]);
  });

  it.each([
    ['what waiting does not heal', new Misconfigured('there is no such topic'), /no such topic/],
    [
      'a refused right',
      new BrokerUnavailable('no', {
        cause: Object.assign(new Error('Not authorized'), { type: 'TOPIC_AUTHORIZATION_FAILED' }),
      }),
      /Not authorized.*verifier/,
    ],
  ])('does not wait for %s', async (_what, error, why) => {
    const { given, slept } = patience(60_000);
    expect(await patiently(failing(error), given)).toEqual({
      kind: 'failed',
      why: expect.stringMatching(why) as string,
    });
    expect(slept).toEqual([]);
  });

  it.each([
    ['a broken connection', Object.assign(new Error('reset'), { code: 'ECONNRESET' })],
    ['a fetch that failed', new TypeError('fetch failed', { cause: new Error('refused') })],
    ['an error of the client', Object.assign(new Error('late'), { name: 'KafkaJSRequestTimeoutError' })],
  ])('takes %s for an outage', async (_what, error) => {
    const { given } = patience(60_000);
    expect(await patiently(failing(error), given)).toEqual({ kind: 'seen', value: 'there' });
  });

  it('ends when it is told to', async () => {
    const { given, stop, slept } = patience(60_000);
    stop.abort();
    expect(await patiently(failing(outage), given)).toMatchObject({ kind: 'failed' });
    expect(slept).toEqual([]);
  });

  it('lets errors of the program through', async () => {
    const { given } = patience(60_000);
    await expect(patiently(failing(new TypeError('x is not a function')), given)).rejects.toThrow('x is not');
  });
});
