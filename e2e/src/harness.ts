import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { prepare, startPipeline, type Pipeline, type PipelineOptions } from '@headwater/pipeline';
import { startTestStack, type Endpoints, type TestStack } from '@headwater/stack';

/** The whole system as a user sees it: addresses, tables, logs. */
export class Headwater {
  private constructor(
    private readonly folder: string,
    private readonly stack: TestStack,
    readonly pipeline: Pipeline,
    readonly clickhouse: ClickHouseClient,
  ) {}

  /**
   * Starts a stack and the five services in a folder of their own.
   *
   * @param beforeServices runs once topics, schemas and tables are there, and no service is
   */
  static async start(
    options: Pick<PipelineOptions, 'env' | 'without'> = {},
    beforeServices: (clickhouse: ClickHouseClient) => Promise<void> = () => Promise.resolve(),
  ): Promise<Headwater> {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-e2e-'));
    const stack = await startTestStack(folder);
    try {
      await prepare(stack.endpoints, folder);
      const clickhouse = createClient({ url: stack.endpoints.clickhouseUrl, database: 'headwater' });
      await beforeServices(clickhouse);
      const pipeline = await startPipeline({ endpoints: stack.endpoints, dataDir: folder, ...options });
      return new Headwater(folder, stack, pipeline, clickhouse);
    } catch (error) {
      console.error(logsBelow(folder));
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get endpoints(): Endpoints {
    return this.stack.endpoints;
  }

  get collectorUrl(): string {
    return this.pipeline.collectorUrl;
  }

  async query<T>(query: string, params: Readonly<Record<string, unknown>> = {}): Promise<T[]> {
    const result = await this.clickhouse.query({ query, query_params: params, format: 'JSONEachRow' });
    return result.json<T>();
  }

  /** Events of an app, by their id, with all columns. */
  async eventsOf(appId: string): Promise<ReadonlyMap<string, Row>> {
    const rows = await this.query<Row>('SELECT * FROM events WHERE app_id = {appId:String}', { appId });
    return new Map(rows.map((row) => [String(row['event_id']), row]));
  }

  async failedEventsOf(appId: string): Promise<readonly Row[]> {
    return this.query<Row>('SELECT * FROM failed_events WHERE app_id = {appId:String}', { appId });
  }

  /** All that the services have logged. */
  logs(): string {
    return logsBelow(this.folder);
  }

  async stop(): Promise<void> {
    await this.clickhouse.close();
    await this.pipeline.stop();
    await this.stack.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export type Row = Readonly<Record<string, unknown>>;

/**
 * Asks until the answer is what is wanted, and answers it.
 *
 * @throws when it is not within the time; the message shows the last answer
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (performance.now() > deadline)
      throw new Error(
        `Not so within ${String(timeoutMs)} ms. The last answer was ${JSON.stringify(answer, mapsToo).slice(0, 2000)}`,
      );
    await sleep(250);
  }
}

const mapsToo = (_key: string, value: unknown): unknown =>
  value instanceof Map ? Object.fromEntries(value) : value;

function logsBelow(folder: string): string {
  const logs = join(folder, 'logs');
  try {
    return readdirSync(logs)
      .filter((file) => file.endsWith('.log'))
      .map((file) => `--- ${file}\n${readFileSync(join(logs, file), 'utf8')}`)
      .join('\n');
  } catch {
    return '';
  }
}
