import { spreadOf, type Spread } from '../measure/statistics';
import { stageNames } from '../options';
import { judge, type Judged } from './floors';
import {
  isNoisy,
  NOISY,
  totalCpuUs,
  type Entrant,
  type Measurement,
  type Results,
  type Scenario,
  type Section,
} from './model';
import { ratioOf } from './ratios';

/** Floors first, then a table for each scenario of each stage. */
export function renderResults(results: Results): string {
  const sections = stageNames.map((stage) => results[stage]).filter((section) => section !== undefined);
  return [renderFloors(judge(results)), ...sections.map(renderSection)].join('\n');
}

function renderFloors(judged: readonly Judged[]): string {
  return [
    '## Floors\n',
    ...table(
      ['floor', 'figure: median (min–max)', 'verdict'],
      judged.map(({ floor, figure, verdict }) => [
        floor.text,
        figure === null
          ? '–'
          : `${spreadText(figure, floor.unit)}${floor.unit === '×' ? ' ×' : ` ${floor.unit}`}`,
        verdict === 'met' ? 'met' : `**${verdict}**`,
      ]),
    ),
  ].join('\n');
}

function renderSection(section: Section): string {
  const { taken } = section;
  const ours = section.entrants.find(({ role }) => role === 'ours');
  return [
    `## ${section.title}\n`,
    `${taken.at.slice(0, 16).replace('T', ' ')} UTC, commit ${taken.commit}, ${taken.rounds} ${taken.rounds === 1 ? 'round' : 'rounds'}, ${Math.round(taken.seconds)} s${taken.quick ? ', **quick sizes: rough figures**' : ''}. ${taken.machine}; ${taken.pinning}.\n`,
    ...section.scenarios.flatMap((scenario) => renderScenario(section, scenario, ours)),
    'What they do:\n',
    ...section.entrants.map(({ name, does }) => `- **${name}**: ${does}`),
    ...section.skipped.map(({ name, why }) => `- ${name}: not measured, ${why}`),
    '',
    ...notesOf(section),
  ].join('\n');
}

function renderScenario(section: Section, scenario: Scenario, ours: Entrant | undefined): string[] {
  const rows = section.entrants
    .map((entrant) => ({
      entrant,
      found: section.measurements.filter(
        ({ contender, scenario: id }) => contender === entrant.name && id === scenario.id,
      ),
    }))
    .filter(({ found }) => found.length > 0);
  if (rows.length === 0) return [];
  const columns = columnsOf(section, scenario, ours).filter((column) =>
    rows.some(({ found, entrant }) => column.cell(found, entrant) !== '–'),
  );
  return [
    `### ${scenario.title}\n`,
    ...table(
      ['', ...columns.map(({ title }) => title)],
      rows.map(({ entrant, found }) => [
        entrant.role === 'ours' ? `**${entrant.name}**` : entrant.name,
        ...columns.map(({ cell }) => cell(found, entrant)),
      ]),
    ),
  ];
}

interface Column {
  readonly title: string;
  readonly cell: (found: readonly Measurement[], entrant: Entrant) => string;
}

function columnsOf(section: Section, scenario: Scenario, ours: Entrant | undefined): readonly Column[] {
  const { unit } = scenario;
  const spread = (title: string, read: (found: Measurement) => number | null, kind: string): Column => ({
    title,
    cell: (found) => {
      const figures = counting(found).map(read);
      const figure = spreadOf(figures.filter((value) => value !== null));
      return figure === null ? '–' : spreadText(figure, kind);
    },
  });
  const parts = [...new Set(section.measurements.flatMap(({ cpuUs }) => Object.keys(cpuUs)))];
  const cpu = spread(
    `CPU µs ${aUnit(unit)}`,
    (found) => (totalCpuUs(found) > 0 ? totalCpuUs(found) : null),
    'µs',
  );
  return [
    {
      title: cpu.title,
      cell: (found, entrant) =>
        found.every((each) => each.void !== null) ? 'void' : cpu.cell(found, entrant),
    },
    ...(parts.length > 1
      ? parts.map((part) => spread(`of it ${part}`, ({ cpuUs }) => cpuUs[part] ?? null, 'µs'))
      : []),
    {
      title: `${unit}s/s a core`,
      cell: (found) => {
        const figure = spreadOf(
          counting(found)
            .map(totalCpuUs)
            .filter((cpu) => cpu > 0),
        );
        return figure === null ? '–' : thousands(1_000_000 / figure.median);
      },
    },
    spread(`${unit}s/s`, ({ unitsPerSecond }) => unitsPerSecond, 'rate'),
    {
      title: ours === undefined ? 'ours to it' : `${ours.name} to it`,
      cell: (_found, entrant) => {
        if (ours === undefined || entrant.name === ours.name) return '–';
        const ratio = ratioOf(section, scenario.id, ours.name, entrant.name);
        return ratio === null ? '–' : `${spreadText(ratio, '×')} ×`;
      },
    },
    spread('p50 ms', ({ latency }) => latency?.p50 ?? null, 'ms'),
    spread('p99 ms', ({ latency }) => latency?.p99 ?? null, 'ms'),
    spread('p99.9 ms', ({ latency }) => latency?.p999 ?? null, 'ms'),
    spread('RSS MB, largest', ({ peakBytes }) => spreadOf(Object.values(peakBytes))?.max ?? null, 'MB'),
    {
      title: 'delivered of accepted',
      cell: (found) => {
        const kept = found.filter(({ delivered }) => delivered !== null);
        if (kept.length === 0) return '–';
        const sum = (read: (each: Measurement) => number | null): string =>
          Math.round(kept.reduce((total, each) => total + (read(each) ?? 0), 0)).toLocaleString('en-US');
        return `${sum(({ delivered }) => delivered)} of ${sum(({ accepted }) => accepted)}`;
      },
    },
    {
      title: 'rounds',
      cell: (found) =>
        found.map((each) => (each.void !== null ? 'void' : isNoisy(each) ? 'noisy' : 'ok')).join(', '),
    },
  ];
}

const counting = (found: readonly Measurement[]): readonly Measurement[] =>
  found.filter((each) => each.void === null);

function notesOf(section: Section): string[] {
  const voids = section.measurements
    .filter((each) => each.void !== null)
    .map(
      (each) =>
        `- Round ${each.round}, ${each.contender}, ${titleOf(section, each)}: **void**, ${each.void ?? ''}.`,
    );
  const notes = section.measurements.flatMap((each) =>
    each.notes.map((note) => `- Round ${each.round}, ${each.contender}, ${titleOf(section, each)}: ${note}.`),
  );
  const noise = spreadOf(section.measurements.map(({ others }) => others));
  const noisy = section.measurements.filter(isNoisy).length;
  const others =
    noise === null
      ? []
      : [
          `- Other programs used ${percent(noise.median)} of a processor (${percent(noise.min)}–${percent(noise.max)}); ${noisy} of ${section.measurements.length} measurements had more than ${percent(NOISY)} and are marked noisy.`,
        ];
  const memory = memoryOf(section);
  return [...others, ...memory, ...voids, ...notes, ''];
}

/** Memory by process, where a measurement has several. */
function memoryOf(section: Section): string[] {
  const names = [...new Set(section.measurements.flatMap(({ peakBytes }) => Object.keys(peakBytes)))];
  if (names.length < 2) return [];
  const figures = names.map((name) => {
    const most = spreadOf(section.measurements.map(({ peakBytes }) => peakBytes[name] ?? 0));
    return `${name} ${spreadText({ median: most?.max ?? 0, min: most?.max ?? 0, max: most?.max ?? 0 }, 'MB')}`;
  });
  return [`- Most memory resident, MB: ${figures.join(', ')}.`];
}

const titleOf = (section: Section, { scenario }: Measurement): string =>
  section.scenarios.find(({ id }) => id === scenario)?.title ?? scenario;

const aUnit = (unit: string): string => `${/^[aeiou]/.test(unit) ? 'an' : 'a'} ${unit}`;

const percent = (part: number): string => `${Math.round(part * 100)} %`;

function spreadText({ median, min, max }: Spread, kind: string): string {
  const show = formatOf(kind);
  const [shown, least, most] = [median, min, max].map(show);
  return least === most ? (shown ?? '') : `${shown} (${least}–${most})`;
}

function formatOf(kind: string): (value: number) => string {
  switch (kind) {
    case 'MB':
      return (bytes) => String(Math.round(bytes / 1_000_000));
    case '×':
      return (value) => value.toFixed(2);
    case 'rate':
    case 'events/s':
      return thousands;
    default:
      return (value) => (value < 100 ? value.toFixed(1) : thousands(value));
  }
}

const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}
