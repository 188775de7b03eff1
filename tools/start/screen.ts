/** What the screen of `npm start` shows. Figures are totals since the data folder was new unless said. */
export interface Figures {
  readonly stages: readonly StageFigures[];
  readonly rows: number;
  /** Those of `rows` that the demo page sent. */
  readonly demoPageRows: number;
  readonly failedByType: readonly { readonly type: string; readonly count: number }[];
  readonly lastAlert: { readonly state: string; readonly summary: string; readonly at: Date } | null;
}

export interface StageFigures {
  readonly name: string;
  readonly unit: string;
  readonly perSecond: number;
  readonly total: number;
  /** Records that the stage has still to read; null when it reads none (the collector) or does not say (it is down). */
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

/** The usual terminal is 80 columns by 24 lines, and the cursor needs one of them. */
const COLUMNS = 80;
const TYPES_SHOWN = 2;

const number = new Intl.NumberFormat('en-US');

/** The first line of the screen. */
export const renderTitle = (upForSeconds: number): string =>
  `Headwater has been running for ${duration(upForSeconds)}. Ctrl-C stops it and keeps the data.`;

/** The screen below its title as lines of text: with that, and one line for a warning, it fits a terminal of 80 × 24. */
export function renderScreen(figures: Figures, links: Links): readonly string[] {
  return [
    `  ${'stage'.padEnd(12)}${'unit'.padEnd(10)}${'per second'.padStart(12)}${'total'.padStart(14)}${'still to read'.padStart(16)}`,
    ...figures.stages.map(
      ({ name, unit, perSecond, total, lag }) =>
        `  ${name.padEnd(12)}${unit.padEnd(10)}${number.format(Math.round(perSecond)).padStart(12)}${number.format(total).padStart(14)}${(lag === null ? '-' : number.format(lag)).padStart(16)}`,
    ),
    '',
    `  queryable   ${number.format(figures.rows)} events in ClickHouse, ${number.format(figures.demoPageRows)} of them from the demo page`,
    `  failed      ${failures(figures.failedByType)}`,
    `  last alert  ${clipped(lastAlert(figures), COLUMNS - 14)}`,
    '',
    `  demo page   ${links.demoPage}   click on it and watch the counts`,
    `  collector   ${links.collector}   send from any Snowplow tracker`,
    `  ClickHouse  ${links.clickhouse}`,
    `  registry    ${links.registry}`,
    `  Kafka       ${links.brokers}`,
    `  logs        ${links.logs}`,
    '',
    '  Try a query:',
    `  curl -s '${links.clickhouse}/?database=headwater' --data-binary "`,
    '    SELECT event_name, count() AS events FROM events',
    '    GROUP BY event_name ORDER BY events DESC FORMAT PrettyCompact"',
  ];
}

/** One line for a place that is no terminal: a log, a pipe. */
export function renderLine(figures: Figures): string {
  const stages = figures.stages
    .map(({ name, total, perSecond }) => `${name} ${String(total)} (${String(Math.round(perSecond))}/s)`)
    .join('  ');
  const failed = figures.failedByType.reduce((sum, { count }) => sum + count, 0);
  const still = figures.stages.reduce((sum, { lag }) => sum + (lag ?? 0), 0);
  return `${stages}  still to read ${String(still)}  queryable ${String(figures.rows)}  from the demo page ${String(figures.demoPageRows)}  failed ${String(failed)}  last alert ${lastAlert(figures)}`;
}

/** What a terminal must be sent so that it shows these lines and nothing else, without the flicker of an empty screen. */
export function redraw(lines: readonly string[], rows: number): string {
  const shown = lines.length < rows ? lines : lines.filter((line) => line !== '').slice(0, rows - 1);
  return `\u001b[H${shown.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`;
}

function failures(byType: Figures['failedByType']): string {
  if (byType.length === 0) return 'none';
  const others = byType.slice(TYPES_SHOWN).reduce((sum, { count }) => sum + count, 0);
  const shown = byType.slice(0, TYPES_SHOWN).map(({ type, count }) => `${type} ${number.format(count)}`);
  return [...shown, ...(others > 0 ? [`others ${number.format(others)}`] : [])].join(', ');
}

const lastAlert = ({ lastAlert: alert }: Figures): string =>
  alert ? `${alert.state} at ${alert.at.toISOString().slice(11, 16)} UTC: ${alert.summary}` : 'none';

const clipped = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0
    ? `${String(Math.floor(seconds))} s`
    : `${String(minutes)} min ${String(Math.floor(seconds % 60))} s`;
}
