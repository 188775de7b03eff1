import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { createKit, loadConfig, startService } from '@headwater/service-kit';
import { defineSandbox } from './definition';

/** The real sandbox on a free port, and a client for it. */
export class TestSandbox {
  private constructor(
    readonly port: number,
    /** What it said at start. */
    readonly said: string,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<TestSandbox> {
    let said = '';
    const definition = defineSandbox((text) => (said += text));
    const variables = { HTTP__PORT: '0', ...env };
    const config = loadConfig(definition.config, variables, definition.beneath?.(variables));
    const service = await startService(definition, config, createKit('sandbox', 'silent'));
    return new TestSandbox(service.port, said, () => service.stop());
  }

  ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { port: this.port, host: '127.0.0.1', method, path, headers, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
          });
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  /** The JSON that is answered to a GET, or to a POST of a JSON. */
  async json<T = Item[]>(path: string, filters?: object): Promise<T> {
    const asked = filters ? { method: 'POST', body: JSON.stringify(filters) } : {};
    return JSON.parse((await this.ask(path, asked)).text) as T;
  }

  /** Sends events as a tracker does; each is a page view unless it says otherwise. */
  send(
    events: readonly Readonly<Record<string, string>>[],
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const data = events.map((event) => ({
      e: 'pv',
      p: 'web',
      tv: 'test',
      url: 'https://shop.example/',
      ...event,
    }));
    const schema = 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4';
    return this.ask('/com.snowplowanalytics.snowplow/tp2', {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body: JSON.stringify({ schema, data }),
    });
  }
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What a test looks at of an item of the API. */
export interface Item {
  readonly rawEvent: {
    readonly api: { readonly vendor: string; readonly version: string };
    readonly parameters: Readonly<Record<string, string>>;
  } | null;
  readonly eventType: string;
  readonly schema: string;
  readonly contexts: readonly string[];
  readonly event: Readonly<Record<string, unknown>>;
  readonly collectorPayload: { readonly body: string | null } | null;
  readonly errors: readonly string[];
}
