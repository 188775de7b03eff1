/** What the screen of \`npm start\` shows. Figures are totals since the installation began unless said. */
export interface Figures {
  readonly stages: readonly StageFigures[];
  readonly rows: number;
  readonly failedByType: readonly { readonly type: string; readonly count: number }[];
  readonly lastAlert: { readonly state: string; readonly summary: string; readonly at: Date } | null;
}

export interface StageFigures {
  readonly name: string;
  readonly unit: string;
  readonly perSecond: number;
  readonly total: number;
  /** Records that the stage has still to read; null for the collector, which reads none. */
  readonly lag: number | null;
}

export interface Links {
  readonly collector: string;
  readonly demoPage: string;
  readonly clickhouse: string;
  readonly registry: string;
  readonly brokers: string;
  readonly logs: string;
}

const number = new Intl.NumberFormat('en-US');

/** The screen as lines of text, no wider than 100 columns. */
export function renderScreen(figures: Figures, links: Links, upForSeconds: number): readonly string[] {
  return [
    `Headwater has been running for ${duration(upForSeconds)}. Ctrl-C stops it and keeps the data; --fresh drops it at the next start.`,
    '',
    `  ${'stage'.padEnd(12)}${'unit'.padEnd(10)}${'per second'.padStart(12)}${'total'.padStart(14)}${'still to read'.padStart(16)}`,
    ...figures.stages.map(
      ({ name, unit, perSecond, total, lag }) =>
        `  ${name.padEnd(12)}${unit.padEnd(10)}${number.format(Math.round(perSecond)).padStart(12)}${number.format(total).padStart(14)}${(lag === null ? '-' : number.format(lag)).padStart(16)}`,
    ),
    '',
    `  queryable   ${number.format(figures.rows)} events in ClickHouse`,
    `  failed      ${figures.failedByType.length === 0 ? 'none' : figures.failedByType.map(({ type, count }) => `${type} ${number.format(count)}`).join(', ')}`,
    `  last alert  ${figures.lastAlert ? `${figures.lastAlert.state} at ${clock(figures.lastAlert.at)}: ${figures.lastAlert.summary}` : 'none'}`,
    '',
    `  collector   ${links.collector}   send any Snowplow tracker here`,
    `  demo page   ${links.demoPage}   click on it: the events appear above`,
    `  ClickHouse  ${links.clickhouse}`,
    `  registry    ${links.registry}`,
    `  Kafka       ${links.brokers}`,
    `  logs        ${links.logs}`,
    '',
    '  Try a query:',
    `    curl -s '${links.clickhouse}/?database=headwater' --data-binary \\`,
    `      "SELECT event_name, count() AS events FROM events GROUP BY event_name ORDER BY events DESC FORMAT PrettyCompact"`,
  ];
}

/** One line for a place that is no terminal: a log, a pipe. */
export function renderLine(figures: Figures): string {
  const stages = figures.stages
    .map(({ name, total, perSecond }) => `${name} ${String(total)} (${String(Math.round(perSecond))}/s)`)
    .join('  ');
  const failed = figures.failedByType.reduce((sum, { count }) => sum + count, 0);
  return `${stages}  queryable ${String(figures.rows)}  failed ${String(failed)}  last alert ${figures.lastAlert?.summary ?? 'none'}`;
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0
    ? `${String(Math.floor(seconds))} s`
    : `${String(minutes)} min ${String(Math.floor(seconds % 60))} s`;
}

const clock = (time: Date): string => time.toISOString().slice(11, 19);
