import { redraw, renderLine, renderScreen, renderTitle, type Figures, type Links } from './screen';

const links: Links = {
  collector: 'http://127.0.0.1:8080',
  demoPage: 'http://127.0.0.1:8088/',
  clickhouse: 'http://127.0.0.1:8123',
  registry: 'http://127.0.0.1:8081/apis/ccompat/v7',
  brokers: '127.0.0.1:9092',
  logs: '/home/someone/headwater/.headwater/data/logs',
};

const figures: Figures = {
  stages: [
    { name: 'collector', unit: 'payloads', perSecond: 12.4, total: 1200, lag: null },
    { name: 'enricher', unit: 'events', perSecond: 30.6, total: 3400, lag: 7 },
    { name: 'validator', unit: 'events', perSecond: 30.6, total: 3400, lag: 0 },
    { name: 'loader', unit: 'events', perSecond: 30.6, total: 3391, lag: null },
  ],
  rows: 3391,
  demoPageRows: 5,
  failedByType: [{ type: 'schema_violation', count: 9 }],
  lastAlert: null,
};

describe('renderScreen', () => {
  const lines = renderScreen(figures, links);
  const text = lines.join('\n');

  it('shows rate, total and lag of each stage', () => {
    expect(lines.find((line) => line.includes('collector   payloads'))).toMatch(/payloads\s+12\s+1,200\s+-$/);
    expect(lines.find((line) => line.startsWith('  enricher'))).toMatch(/events\s+31\s+3,400\s+7$/);
  });

  it('names failures, the last alert, the addresses and a query', () => {
    expect(text).toContain('3,391 events in ClickHouse, 5 of them from the demo page');
    expect(text).toContain('schema_violation 9');
    expect(text).toContain('last alert  none');
    expect(text).toContain('http://127.0.0.1:8088');
    expect(text).toContain('FROM events');
  });

  it('fits a terminal of 80 columns and 24 lines, with its title, a warning and the cursor', () => {
    const full = renderScreen(
      {
        ...figures,
        failedByType: ['schema_violation', 'invalid_payload', 'unknown_schema', 'too_big', 'rule'].map(
          (type) => ({ type, count: 12 }),
        ),
        lastAlert: { state: 'firing', summary: 'x'.repeat(200), at: new Date('2026-01-02T03:04:05Z') },
      },
      { ...links, demoPage: 'http://127.0.0.1:43903/', clickhouse: 'http://127.0.0.1:38069' },
    );
    expect([renderTitle(599), ...full].filter((line) => line.length > 80)).toEqual([]);
    expect(full.length).toBeLessThanOrEqual(24 - 3);
    expect(full.join('\n')).toContain('invalid_payload 12, others 36');
    expect(full.join('\n')).toContain('firing at 03:04 UTC: xxx');
  });
});

it('tells how long it has been running', () => {
  expect(renderTitle(75.9)).toContain('running for 1 min 15 s');
});

it('has everything on one line for a pipe', () => {
  expect(renderLine(figures)).toBe(
    'collector 1200 (12/s)  enricher 3400 (31/s)  validator 3400 (31/s)  loader 3391 (31/s)  still to read 7  queryable 3391  from the demo page 5  failed 9  last alert none',
  );
});

it('gives up empty lines, then the last ones, where the terminal is too low', () => {
  expect(redraw(['a', '', 'b', 'c'], 5).split('\n')).toHaveLength(5);
  expect(redraw(['a', '', 'b', 'c'], 3)).toBe('\u001b[Ha\u001b[K\nb\u001b[K\n\u001b[J');
});
