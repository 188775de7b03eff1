import { setTimeout as delay } from 'node:timers/promises';
import { topics, type QualityAlert, type StageCounts } from '@headwater/contracts';
import type { PartitionAssigned, TopicWriter } from '@headwater/kafka';
import { unitsOf, type Intake, type QualityMonitor } from '@headwater/quality';
import type { Logger } from '@headwater/service-kit';
import { isUndecodable, ServiceError, type Batch } from '@headwater/stage';
import type { Clock } from './clock';
import type { QualityMonitorConfig } from './config';
import { nextPiece, type History } from './history';
import { Links, type Positions } from './links';
import type { QualityMetrics } from './quality-metrics';

const MINUTE = 60_000;
/** Time between two attempts to read history from a database that is down, milliseconds. */
const RETRY_MS = 2_000;
/** First piece of history, minutes. */
const FIRST_PIECE = 60;

export interface Surroundings {
  readonly monitor: QualityMonitor;
  readonly history: History;
  readonly writer: Pick<TopicWriter, 'write'>;
  readonly positions: Positions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: QualityMetrics;
  readonly settings: QualityMonitorConfig['quality'];
  /** Called for what waiting cannot heal; must end the process. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * Keeps the monitor fed: history first, then what the partitions hold since history ends, then what comes; lets its clock
 * tick and writes its alerts. All decisions are in `libs/quality`.
 */
export class Watchkeeper {
  private markBegun: () => void = () => undefined;
  private readonly begun = new Promise<void>((resolve) => {
    this.markBegun = resolve;
  });
  private hasBegun = false;
  private seam: number | null = null;
  private judgesFrom = Number.POSITIVE_INFINITY;
  private readonly outbox: QualityAlert[] = [];
  private flushing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  private readonly links: Links;
  private looking: Promise<void> | null = null;
  /** Places whose counts are in memory up to what is committed of them. */
  private readonly held = new Set<string>();
  /** Offset of each place up to which everything since history is in memory. It stays when the place is taken away. */
  private readonly inMemory = new Map<string, bigint>();

  constructor(private readonly around: Surroundings) {
    const { positions, clock, log } = around;
    this.links = new Links({
      positions,
      now: () => clock.now(),
      holds: (partition) => this.held.has(placeOf(topics.stageCounts.name, partition)),
      log,
    });
  }

  /** Reads history and starts the clock. Resolves once the monitor is ready for what comes. */
  async start(): Promise<void> {
    const { clock, monitor, settings } = this.around;
    const open = await this.learnHistory();
    this.outbox.push(...monitor.begin(this.seam, open, clock.now()));
    this.hasBegun = true;
    this.settle();
    this.markBegun();
    if (this.stopped) return;
    this.timer = setInterval(() => void this.tick(), settings.tickSeconds * 1000);
  }

  /** Null once history is read, or what the monitor waits for. */
  notReady(): string | null {
    return this.hasBegun
      ? null
      : 'The monitor is reading its history from ClickHouse. If this lasts, its log says why; check CLICKHOUSE__URL.';
  }

  /**
   * A partition is ours, perhaps not for the first time: every join of the group gives all of them anew. What it holds since
   * history ends and is not in memory yet is read first.
   */
  async assigned({ topic, partition, tail }: PartitionAssigned): Promise<void> {
    await this.begun;
    const place = placeOf(topic, partition);
    const from = this.inMemory.get(place) ?? (await this.endOfHistory(tail));
    let summaries = 0;
    if (from < tail.end)
      for await (const { offset, value } of tail.read(from)) {
        this.ingest(value as StageCounts);
        this.inMemory.set(place, offset + 1n);
        summaries += 1;
      }
    this.inMemory.set(place, from > tail.end ? from : tail.end);
    this.held.add(place);
    this.around.log.info(
      { topic, partition, summaries },
      `Read what ${place} holds and is neither history nor in memory: ${String(summaries)} summaries`,
    );
    this.settle();
  }

  released(topic: string, partition: number): void {
    this.held.delete(placeOf(topic, partition));
    this.around.monitor.noteReleased(placeOf(topic, partition));
  }

  async receive(batch: Batch<StageCounts>): Promise<void> {
    await this.begun;
    const { clock, monitor, metrics } = this.around;
    let readUpTo = 0;
    for (const record of batch.records) {
      readUpTo = Math.max(readUpTo, record.timestamp);
      if (isUndecodable(record)) metrics.counted('undecodable');
      else this.account(record.value, this.ingest(record.value));
    }
    const place = placeOf(batch.topic.name, batch.partition);
    this.inMemory.set(place, batch.next);
    if (batch.records.length > 0) monitor.noteRead(place, batch.lag, clock.at(readUpTo), clock.now());
  }

  /** Closes windows, runs the checks and writes what they say. */
  async tick(): Promise<void> {
    const { clock, monitor, metrics, log } = this.around;
    if (!this.hasBegun || Date.now() < this.judgesFrom) return;
    const alerts = monitor.tick(clock.now());
    for (const { check, state, severity, app_id, series, alert_id, summary } of alerts)
      log.warn(
        { check, state, severity, app_id, series, alert_id },
        `Alert ${String(state)}: ${String(summary)}`,
      );
    this.outbox.push(...alerts);
    void this.look();
    metrics.show(monitor.status(), this.outbox.length);
    await this.flush();
    metrics.show(monitor.status(), this.outbox.length);
  }

  /** Stops the clock and writes what is left. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    await Promise.all([this.links.close(), this.flush()]);
  }

  /** Looks at the links that the last tick had to leave open; one look at a time, and no tick waits for it. */
  look(): Promise<void> {
    const { monitor } = this.around;
    const links = monitor.waitsFor();
    if (links.size === 0 || this.stopped) return Promise.resolve();
    this.looking ??= this.links
      .look(links)
      .then((sightings) => {
        for (const sighting of sightings) monitor.noteLink(sighting);
      })
      .finally(() => {
        this.looking = null;
      });
    return this.looking;
  }

  /** Where a partition goes on behind history. */
  private endOfHistory(tail: PartitionAssigned['tail']): Promise<bigint> {
    const { clock, settings } = this.around;
    // Times of records are real ones: under a shifted clock everything is read.
    if (settings.clock.offsetSeconds !== 0 || settings.clock.speed !== 1) return Promise.resolve(0n);
    const since = this.seam ?? clock.now() - 2 * settings.history.marginMinutes * MINUTE;
    return tail.offsetAt(Math.max(0, Math.floor(since)));
  }

  private settle(): void {
    this.judgesFrom = Date.now() + this.around.settings.settleSeconds * 1000;
  }

  private ingest(summary: StageCounts): Intake {
    const { clock, monitor, metrics } = this.around;
    const intake = monitor.ingest(summary, clock.now());
    metrics.counted(intake);
    return intake;
  }

  /** Adds what is new to the metrics: late is new, too, while history and tail were counted in an earlier life. */
  private account(summary: StageCounts, intake: Intake): void {
    const units = intake === 'counted' || intake === 'late' ? unitsOf(summary) : null;
    if (units !== null) this.around.metrics.account(units);
  }

  /** Returns the alerts that are open outside. Waits for a database that is down. */
  private async learnHistory(): Promise<readonly QualityAlert[]> {
    const { clock, history, log, monitor, settings } = this.around;
    const { enabled, days, marginMinutes, maxRows } = settings.history;
    if (!enabled) return [];
    const now = clock.now();
    const span = await this.patiently(() => history.span(now, days));
    const seam = span ? Math.floor(Math.min(span.to, now) / MINUTE - marginMinutes) * MINUTE : null;
    if (span && seam !== null && seam > span.from) {
      let [rows, piece] = [0, { minutes: FIRST_PIECE, rows: 0 }];
      for (let from = span.from; from < seam && !this.stopped;) {
        const to = Math.min(seam, from + piece.minutes * MINUTE);
        const counts = await this.patiently(() => history.counts(from, to));
        monitor.learn(counts);
        rows += counts.length;
        const minutes = Math.max(1, (to - from) / MINUTE);
        piece = { minutes: nextPiece({ minutes, rows: counts.length }, maxRows), rows: counts.length };
        from = to;
      }
      this.seam = seam;
      const since = new Date(span.from).toISOString();
      log.info(
        { rows, since, until: new Date(seam).toISOString() },
        `Learned from ${rows} rows of history since ${since}`,
      );
    } else log.info('There is no history of stage counts to learn from: the monitor learns from what comes');
    const open = await this.patiently(() => history.openAlerts(now));
    if (open.length > 0) log.info({ open: open.length }, `Took up ${open.length} open alerts`);
    return open;
  }

  private async patiently<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof ServiceError && error.retriable)) throw error;
        this.around.log.warn(
          { code: error.code },
          `History cannot be read; the monitor waits and tries again every ${RETRY_MS} ms: ${error.message}`,
        );
        await delay(RETRY_MS, undefined, { ref: !this.stopped });
      }
    }
  }

  /** Writes the alerts in order; what cannot be written now is kept for the next tick. */
  private flush(): Promise<void> {
    this.flushing ??= this.writeAll().finally(() => {
      this.flushing = null;
    });
    return this.flushing;
  }

  private async writeAll(): Promise<void> {
    const { writer, metrics, log, onFatal } = this.around;
    for (let alert = this.outbox[0]; alert; alert = this.outbox[0]) {
      try {
        await writer.write(topics.qualityAlerts, alert);
      } catch (error) {
        if (!(error instanceof ServiceError && error.retriable)) {
          onFatal(error);
          return;
        }
        log.warn(
          { code: error.code, unsent: this.outbox.length },
          `An alert could not be written to ${topics.qualityAlerts.name}; it is kept and tried again: ${error.message}`,
        );
        return;
      }
      this.outbox.shift();
      metrics.alertSent(alert.check ?? 'unknown', alert.state ?? 'unknown');
    }
  }
}

const placeOf = (topic: string, partition: number): string => `${topic}/${partition}`;
