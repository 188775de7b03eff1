import { missingMigrations, tableProblem, TablesNotReady, type ClickHouse } from '@headwater/clickhouse';
import type { AnyTable } from '@headwater/loading';
import type { Log } from '@headwater/kafka';

/** Time between two looks at ClickHouse, milliseconds. */
const LOOK_EVERY_MS = 5_000;

/** Knows whether ClickHouse answers and has the tables that this version writes to. */
export class TableWatch {
  private problem: string | null = 'ClickHouse has not been asked yet.';
  private readonly checked = new Set<string>();
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly clickhouse: ClickHouse,
    private readonly log: Log,
    private readonly everyMs = LOOK_EVERY_MS,
  ) {}

  /** Looks at once and then now and again, until `stop`. */
  start(): void {
    const look = async (): Promise<void> => {
      await this.look();
      if (this.stopped) return;
      this.timer = setTimeout(() => void look(), this.everyMs);
      this.timer.unref();
    };
    void look();
  }

  stop(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  /** For the readiness probe: null, or what is wrong and what to do. */
  notReady(): string | null {
    return this.problem;
  }

  /**
   * Makes sure that a table is what this version writes to, once.
   *
   * @throws {TablesNotReady} otherwise
   */
  async require(table: AnyTable): Promise<void> {
    if (this.checked.has(table.stored)) return;
    await this.requireAgain(table);
  }

  /** The same, whatever was found before. */
  async requireAgain(table: AnyTable): Promise<void> {
    this.checked.delete(table.stored);
    const problem = await tableProblem(this.clickhouse, table.stored, table.columns);
    if (problem !== null) throw new TablesNotReady(problem);
    this.checked.add(table.stored);
  }

  private async look(): Promise<void> {
    const before = this.problem;
    try {
      await this.clickhouse.ping();
      this.problem = await missingMigrations(this.clickhouse);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    if (this.problem === before) return;
    if (this.problem === null) this.log.info({}, 'ClickHouse answers and has the tables of this version');
    else this.log.warn({}, this.problem);
  }
}
