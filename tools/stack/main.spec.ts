import { parseCommand } from './main';
import { StackError } from './stack-error';

describe('parseCommand', () => {
  it.each([
    [['up', '--data', 'd'], { command: 'up', dataDir: 'd', fresh: false, ports: 'free' }],
    [
      ['up', '--data=d', '--fresh', '--ports', 'usual'],
      { command: 'up', dataDir: 'd', fresh: true, ports: 'usual' },
    ],
    [
      ['up', '--data=d', '--ports', 'kafka=19092,clickhouse=18123'],
      { command: 'up', dataDir: 'd', fresh: false, ports: { kafka: 19_092, clickhouse: 18_123 } },
    ],
    [['fetch'], { command: 'fetch' }],
    [['up', '--help'], { command: 'help' }],
  ])('%j', (args, expected) => {
    expect(parseCommand(args)).toEqual(expected);
  });

  it.each([
    [[], 'There is no command'],
    [['down'], 'There is no command "down"'],
    [['up'], '--data DIR'],
    [['up', '--data', 'd', '--port', '1'], '--help'],
    [['up', '--data', 'd', '--ports', 'mysql=1'], 'mysql=1'],
    [['up', '--data', 'd', '--ports', 'kafka=99999'], 'kafka=99999'],
  ])('%j is refused with the fix', (args, text) => {
    expect(() => parseCommand(args)).toThrow(StackError);
    expect(() => parseCommand(args)).toThrow(text);
  });
});
