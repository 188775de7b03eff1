import {
  admissionFailure,
  appInQuery,
  encodingViolation,
  inflationViolation,
  sizeViolation,
  type RequestOutline,
} from './request-failure';

const outline: RequestOutline = {
  path: '/81.2.69.142/v1',
  headers: {
    'user-agent': 'tracker/1 (81.2.69.142)',
    'content-type': 'text/plain; 81.2.69.142',
    'content-encoding': 'br',
    cookie: 'sp=secret',
    'x-forwarded-for': '81.2.69.142',
  },
  app: 'shop-81.2.69.142',
};
const moment = { now: 1_700_000_000_000, payloadId: 'the-payload' };
const processor = 'headwater-collector/1.0.0';

describe('a failed event for a request', () => {
  const events = [
    [
      'too large',
      sizeViolation(outline, processor, moment, { actualBytes: 9, maximumBytes: 5 }),
      'size_violation',
      '9',
    ],
    [
      'a bomb',
      inflationViolation(outline, processor, moment, { bytes: 9, timesAtMost: 100 }),
      'size_violation',
      '9',
    ],
    [
      'in a foreign encoding',
      encodingViolation(outline, processor, moment, { bytes: 9, isRead: false }),
      'payload_format_violation',
      'br',
    ],
    [
      'not in its encoding',
      encodingViolation(outline, processor, moment, { bytes: 9, isRead: true }),
      'payload_format_violation',
      'br',
    ],
    [
      'not admitted',
      admissionFailure(outline, processor, moment, { field: 'aid', reason: 'The app is not listed.' }),
      'app_not_admitted',
      null,
    ],
  ] as const;

  it.each(events)(
    'that is %s says what, where and what to do, and keeps nothing',
    (_case, event, type, value) => {
      expect(event).toMatchObject({
        stage: 'collector',
        processor,
        failure_type: type,
        failures: [{ type, value, source: 'collector' }],
        payload_id: 'the-payload',
        payload_index: null,
        collector_tstamp: moment.now,
        path: '/[address]/v1',
        useragent: 'tracker/1 ([address])',
        app_id: 'shop-[address]',
        payload: null,
        parameters: null,
        replayable: false,
        not_replayable_reason: expect.stringMatching(/kept\.$/) as string,
      });
      expect(JSON.stringify(event)).not.toMatch(/81\.2\.69|secret/);
    },
  );

  it('has an id of its own for each event of a request', () => {
    const idOf = (index: number | null): string =>
      sizeViolation(outline, processor, moment, { actualBytes: 9, maximumBytes: 5, index }).failed_id;
    expect(new Set([idOf(null), idOf(0), idOf(1)]).size).toBe(3);
    expect(idOf(1)).toBe(idOf(1));
  });

  it('is of an unknown app where none is named', () => {
    const event = sizeViolation({ ...outline, app: null }, processor, moment, {
      actualBytes: 9,
      maximumBytes: 5,
    });
    expect(event.app_id).toBe('unknown');
  });
});

it.each([
  ['aid=shop', 'shop'],
  ['e=pv&aid=shop%20one', 'shop one'],
  ['aid=shop&aid=blog', 'blog'],
  ['aid=shop&aid=', 'shop'],
  ['aid=', null],
  ['said=shop', null],
  ['e=pv', null],
  [`aid=${'x'.repeat(256)}`, null],
  [null, null],
])('the app in %j is %j', (querystring, app) => {
  expect(appInQuery(querystring)).toBe(app);
});
