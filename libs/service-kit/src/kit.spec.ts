import { ServiceError } from '@headwater/stage';
import { createKit } from './kit';

class Outage extends ServiceError {
  override readonly code = 'E_OUTAGE';
  override readonly retriable = true;
}

function kit() {
  const lines: Record<string, unknown>[] = [];
  const { log } = createKit('enricher', 'info', {
    write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  return { log, lines };
}

describe('the log', () => {
  it.each<[string, object]>([
    ['a code', { code: 'E_OUTAGE', topic: 'valid-events' }],
    ['an error with a code', { err: new Outage('The broker is down.'), topic: 'valid-events' }],
  ])('leads from %s to its runbook', (_case, fields) => {
    const { log, lines } = kit();
    log.error(fields, 'It waits.');
    expect(lines).toMatchObject([
      {
        level: 'error',
        service: 'enricher',
        code: 'E_OUTAGE',
        runbook: 'docs/runbooks/E_OUTAGE.md',
        topic: 'valid-events',
        msg: 'It waits.',
      },
    ]);
  });

  it.each<[string, object]>([
    ['no code', { topic: 'valid-events' }],
    ['a code of Node', { code: 'ECONNREFUSED' }],
    ['a status', { code: 503 }],
    ['an error without a code', { err: new Error('no') }],
  ])('names no runbook for %s', (_case, fields) => {
    const { log, lines } = kit();
    log.warn(fields, 'x');
    expect(lines[0]).not.toHaveProperty('runbook');
  });

  it('keeps what is personal out', () => {
    const { log, lines } = kit();
    log.warn({ code: 'E_OUTAGE', ip: '192.0.2.7', request: { cookie: 'sp=1' } }, 'x');
    expect(lines).toMatchObject([{ ip: '[redacted]', request: { cookie: '[redacted]' } }]);
  });

  it.each(['body', 'useragent', 'user_agent', 'headers', 'querystring', 'ip_address', 'authorization'])(
    'prints no %s',
    (field) => {
      const { log, lines } = kit();
      log.warn({ [field]: 'of a visitor', request: { [field]: 'of a visitor' } }, 'x');
      expect(JSON.stringify(lines)).not.toContain('of a visitor');
    },
  );

  it('prints no password and no secret', () => {
    const { log, lines } = kit();
    log.warn({ password: 'hush', config: { secret: 'hush' } }, 'x');
    expect(JSON.stringify(lines)).not.toContain('hush');
  });
});
