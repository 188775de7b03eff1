import { renderLine, renderScreen, type Figures, type Links } from './screen';

const links: Links = {
  collector: 'http://127.0.0.1:8080',
  demoPage: 'http://127.0.0.1:8088',
  clickhouse: 'http://127.0.0.1:8123',
  registry: 'http://127.0.0.1:8081',
  brokers: '127.0.0.1:9092',
  logs: '/data/logs',
};

const figures: Figures = {
  stages: [
    { name: 'collector', unit: 'payloads', perSecond: 12.4, total: 1200, lag: null },
    { name: 'enricher', unit: 'events', perSecond: 30.6, total: 3400, lag: 7 },
  ],
  rows: 3391,
  failedByType: [{ type: 'schema_violation', count: 9 }],
  lastAlert: null,
};

describe('renderScreen', () => {
  const lines = renderScreen(figures, links, 75);

  it('shows rate, total and lag of each stage', () => {
    expect(lines.find((line) => line.includes('collector   payloads'))).toMatch(/payloads\s+12\s+1,200\s+-$/);
    expect(lines.find((line) => line.startsWith('  enricher'))).toMatch(/events\s+31\s+3,400\s+7$/);
  });

  it('names failures, the last alert, the addresses and a query', () => {
    const text = lines.join('\n');
    expect(text).toContain('running for 1 min 15 s');
    expect(text).toContain('schema_violation 9');
    expect(text).toContain('last alert  none');
    expect(text).toContain('http://127.0.0.1:8088');
    expect(text).toContain('FROM events');
  });
});

it('has everything on one line for a pipe', () => {
  expect(renderLine(figures)).toBe(
    'collector 1200 (12/s)  enricher 3400 (31/s)  queryable 3391  failed 9  last alert none',
  );
});
