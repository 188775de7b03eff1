import { isOnlyPlanted, names, plantedMembers, plantedParameters, TRUNCATED, VISITOR } from './canary';

describe('the canary', () => {
  it.each(plantedMembers)('is planted by %s', (member) => {
    expect(isOnlyPlanted(`{"e":"pv",${member}}`, 'json')).toBe(true);
    expect(names(`{${member}}`, VISITOR)).toBe(true);
    expect(JSON.parse(`{${member}}`) as object).toEqual({ ip: VISITOR });
  });

  it.each(plantedParameters)('is planted by %s', (parameter) => {
    expect(isOnlyPlanted(`e=pv&${parameter}`, 'query')).toBe(true);
    expect(names(parameter, VISITOR)).toBe(true);
    expect(new URLSearchParams(parameter).get('ip')).toBe(VISITOR);
  });

  it.each([
    `{"page":"${VISITOR}"}`,
    `{"zip":"${VISITOR}"}`,
    `{"co":"{\\"ip\\":\\"${VISITOR}\\"}"}`,
    `{"ip":["${VISITOR}"]}`,
  ])('is elsewhere in %s', (text) => {
    expect(isOnlyPlanted(text, 'json')).toBe(false);
  });

  it.each([`iP=${VISITOR}`, `zip=${VISITOR}`, `e=pv&u=x?ip=${VISITOR}`, `page=${TRUNCATED}`])(
    'is elsewhere in %s',
    (text) => {
      expect(isOnlyPlanted(text, 'query')).toBe(false);
    },
  );

  it('is no part of a longer number, and not what it is truncated to', () => {
    for (const text of ['203.0.113.778', '1203.0.113.77', '203.0.113.77.1', TRUNCATED])
      expect(names(text, VISITOR)).toBe(false);
    expect(names('%2532%2530%2533.0.113.77', VISITOR)).toBe(true);
  });
});
