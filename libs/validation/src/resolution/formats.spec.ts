import fc from 'fast-check';
import { formats } from './formats';

const { uuid } = formats;
const dateTime = formats['date-time'];

describe('the format uuid', () => {
  it.each([
    ['6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10', true],
    ['6F1D9C1E-52A5-4D1C-8F0E-2F7B8F0C9A10', true],
    ['urn:uuid:6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10', true],
    ['6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a1', false],
    ['6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a100', false],
    ['6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a1g', false],
    ['6f1d9c1e052a5-4d1c-8f0e-2f7b8f0c9a10', false],
    ['6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a1\u0130', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(uuid(text)).toBe(expected);
  });

  it('takes every UUID', () => {
    fc.assert(fc.property(fc.uuid(), uuid));
  });
});

describe('the format date-time', () => {
  it.each([
    ['2026-06-21T10:11:12Z', true],
    ['2026-06-21t10:11:12.345z', true],
    ['2026-06-21 10:11:12+02:00', true],
    ['2024-02-29T00:00:00Z', true],
    ['2026-02-29T00:00:00Z', false],
    ['2000-02-29T00:00:00Z', true],
    ['1900-02-29T00:00:00Z', false],
    ['2026-04-31T00:00:00Z', false],
    ['2026-13-01T00:00:00Z', false],
    ['2026-00-01T00:00:00Z', false],
    ['2026-06-21T24:00:00Z', false],
    ['2026-06-21T10:60:00Z', false],
    ['1998-12-31T23:59:60Z', true],
    ['1998-12-31T15:59:60.123-08:00', true],
    ['1999-01-01T00:29:60+00:30', true],
    ['1998-12-31T23:58:60Z', false],
    ['2026-06-21T10:11:12', false],
    ['2026-06-21T10:11:12.Z', false],
    ['2026-06-21T10:11:12+0200', false],
    ['2026-06-21T10:11:12+24:00', false],
    ['2026-06-21T10:11:12Zulu', false],
    ['2026-6-21T10:11:12Z', false],
    ['2026-06-21', false],
    ['-026-06-21T10:11:12Z', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(dateTime(text)).toBe(expected);
  });

  it('takes every time that JavaScript writes', () => {
    const min = new Date('0000-01-01T00:00:00Z');
    const max = new Date('9999-12-31T23:59:59Z');
    fc.assert(
      fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => dateTime(date.toISOString())),
    );
  });
});
