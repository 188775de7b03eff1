import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { FailedEvent } from '@headwater/contracts';
import { startSandbox, type RunningSandbox } from '@headwater/pipeline';

export const TP2 = '/com.snowplowanalytics.snowplow/tp2';
const PAYLOAD_DATA = 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4';

/** An event under its canonical names; times in milliseconds. */
export type GoodEvent = Readonly<Record<string, unknown>>;

/** One request. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What was answered, and what became of the events. */
export interface Outcome {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly bytes: Buffer;
  readonly good: readonly GoodEvent[];
  readonly bad: readonly FailedEvent[];
}

/** The least that a tracker sends. A parameter that is undefined is not sent. */
export const anEvent = (known: Readonly<Record<string, unknown>> = {}): object => ({
  e: 'pv',
  p: 'web',
  tv: 'test-1',
  aid: 'shop',
  ...known,
});

/** The body that carries events. */
export const payloadOf = (...events: readonly object[]): string =>
  JSON.stringify({ schema: PAYLOAD_DATA, data: events });

/** The sandbox, asked one thing at a time: what each request came to is told apart by a test id. */
export class TestSandbox {
  private constructor(private readonly sandbox: RunningSandbox) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<TestSandbox> {
    return new TestSandbox(await startSandbox(env));
  }

  stop(): Promise<void> {
    return this.sandbox.stop();
  }

  async ask(asked: Asked): Promise<Outcome> {
    const testId = randomUUID();
    const answer = await this.request(asked, testId);
    const [good, bad] = await Promise.all([
      this.events<{ event: GoodEvent }>('good', testId),
      this.events<{ failedEvent: FailedEvent }>('bad', testId),
    ]);
    return {
      ...answer,
      good: good.map(({ event }) => withTimes(event)),
      bad: bad.map(({ failedEvent }) => failedEvent),
    };
  }

  /** POSTs one event, as a tracker does. */
  send(
    event: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> {
    return this.ask({ method: 'POST', path: TP2, headers, body: payloadOf(anEvent(event)) });
  }

  /** POSTs one event, which must be good. */
  async good(event: Readonly<Record<string, unknown>>): Promise<GoodEvent> {
    const { status, good, bad } = await this.send(event);
    expect({ status, bad: bad.flatMap(({ failures }) => failures), good: good.length }).toEqual({
      status: 200,
      bad: [],
      good: 1,
    });
    return good[0] ?? {};
  }

  /** POSTs one event, which must fail, alone and answered 200. */
  async failed(event: Readonly<Record<string, unknown>>): Promise<FailedEvent> {
    const { status, good, bad } = await this.send(event);
    expect({ status, good, bad: bad.length }).toEqual({ status: 200, good: [], bad: 1 });
    const [failed] = bad;
    if (!failed) throw new Error('There is no failed event.');
    return failed;
  }

  /** Not `fetch`: it sets and refuses headers of its own. */
  private request(
    { method, path, query, headers = {}, body }: Asked,
    testId: string,
  ): Promise<Omit<Outcome, 'good' | 'bad'>> {
    const { hostname, port } = new URL(this.sandbox.url);
    const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
    const type = body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          hostname,
          port,
          method,
          path: path + search,
          headers: {
            ...type,
            ...headers,
            'x-test-id': testId,
            ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const bytes = Buffer.concat(chunks);
            resolve({
              status: response.statusCode ?? 0,
              headers: headersOf(response.rawHeaders),
              body: bytes.toString('utf8'),
              bytes,
            });
          });
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  private async events<T>(kind: 'good' | 'bad', testId: string): Promise<readonly T[]> {
    const answer = await fetch(`${this.sandbox.url}/micro/${kind}?test_id=${testId}`);
    return (await answer.json()) as T[];
  }
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < raw.length; at += 2) headers.append(raw[at] ?? '', raw[at + 1] ?? '');
  return headers;
}

const withTimes = (event: GoodEvent): GoodEvent =>
  Object.fromEntries(
    Object.entries(event).map(([name, value]) => [
      name,
      name.endsWith('_tstamp') && typeof value === 'string' ? Date.parse(value) : value,
    ]),
  );
