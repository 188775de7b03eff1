import { accelerated } from './pager';

describe('rules for a faster clock', () => {
  it('make seconds of minutes, and never too few for a rate', () => {
    const rules = `groups:
  - name: one
    rules:
      - alert: A
        expr: rate(a_5m_total[1m]) * 60 > 10 and b[1h] offset 10m > 0 and time() - c > 300
        for: 15m
        labels: { severity: page }
      - alert: B
        expr: d > 0
`;
    expect(accelerated(rules)).toBe(`groups:
  - name: one
    rules:
      - alert: A
        expr: rate(a_5m_total[3s]) * 60 > 10 and b[60s] offset 10s > 0 and time() - c > 300
        for: 15s
        labels:
          severity: page
      - alert: B
        expr: d > 0
`);
  });
});
