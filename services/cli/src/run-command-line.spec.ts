import { runCommandLine } from './run-command-line';
import { captured } from './testing/captured';

const run = async (...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> => {
  const { surroundings, printed } = captured({ env: { CLICKHOUSE__URL: 'http://127.0.0.1:9' } });
  const code = await runCommandLine(argv, surroundings);
  return { code, ...printed() };
};

const names = ['problems', 'list', 'show', 'fix', 'replay', 'runs', 'export'];

describe('the command line', () => {
  it.each([[['--help']], [['help']], [['failed', '--help']]])('lists every command for %j', async (argv) => {
    const { code, out } = await run(...argv);
    expect(code).toBe(0);
    for (const name of names) expect(out).toContain(`  headwater failed ${name}`);
  });

  it.each(names)('explains %s and all its options', async (name) => {
    const { code, out } = await run('failed', name, '--help');
    expect([code, out]).toEqual([0, expect.stringContaining(`headwater failed ${name}`)]);
    expect(out).toMatch(/--json +print for machines/);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['nothing', [], /headwater COMMAND --help/],
    ['a group alone', ['failed'], /headwater COMMAND --help/],
    ['a group that is none', ['succeeded', 'list'], /no command "succeeded list"/],
    ['a command that is none', ['failed', 'lost'], /no command "failed lost"/],
    ['an option that is none', ['failed', 'list', '--color'], /Unknown option '--color'.*--help lists/],
    ['an argument too many', ['failed', 'list', 'x'], /takes no argument, and there is "x"/],
    ['an argument too few', ['failed', 'show'], /takes ID, and there is none/],
    ['an id that is none', ['failed', 'show', 'x'], /--id is "x", which is not a failed_id/],
    [
      'a type that is none',
      ['failed', 'list', '--type', 'bad'],
      /--type is "bad"\. The failure types are .*schema_violation/,
    ],
    [
      'a time that is none',
      ['failed', 'list', '--since', 'yesterday'],
      /--since is "yesterday"\. Give a day/,
    ],
    [
      'a number that is none',
      ['failed', 'list', '--limit', '0'],
      /--limit is "0"\. Give a whole number above 0/,
    ],
    [
      'a format that is none',
      ['failed', 'export', '--format', 'csv'],
      /--format is "csv"\. It can be json or badrows/,
    ],
    ['two that exclude each other', ['failed', 'list', '--all', '--unresolved'], /exclude each other/],
    [
      'a recipe that is not there',
      ['failed', 'fix', '/none.yaml', '--dry-run'],
      /\/none\.yaml cannot be used:\n {2}- It cannot be read: ENOENT/,
    ],
    [
      'another filter for a run',
      ['failed', 'replay', '--run', '1b9dfc4e-0f6e-5c3a-8d5e-6a1f2b3c4d5e', '--app', 'shop'],
      /Leave out --app/,
    ],
    [
      'a replay of just anything',
      ['failed', 'replay'],
      /not said which failed events.*--unresolved takes all/,
    ],
    ['a run that is none', ['failed', 'replay', '--run', 'x'], /--run is "x", which is no run id/],
  ])('answers %s with 2 and a sentence', async (_case, argv, sentence) => {
    const { code, out, err } = await run(...argv);
    expect([code, out + err]).toEqual([2, expect.stringMatching(sentence)]);
  });

  it('answers 2 for a configuration that is wrong, naming the variable', async () => {
    const { surroundings, printed } = captured({ env: { CLICKHOUSE__URL: 'nowhere' } });
    expect(await runCommandLine(['failed', 'list'], surroundings)).toBe(2);
    expect(printed().err).toContain('CLICKHOUSE__URL is "nowhere"');
  });

  it('answers 1 when ClickHouse is not there, and says what to do', async () => {
    const { code, err } = await run('failed', 'list');
    expect([code, err]).toEqual([
      1,
      'headwater failed list: ClickHouse does not answer at http://127.0.0.1:9. Start it (`npm start` brings up a whole installation), or name another with CLICKHOUSE__URL.\n',
    ]);
  });
});
