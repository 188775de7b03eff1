import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError, describeConfig, loadConfig, secret, variableOf } from './config';
import { kitConfig } from './fragments';

const schema = z.object({
  kafka: z.object({
    brokers: z.array(z.string()).min(1).describe('Brokers to start from.'),
    topicPrefix: z.string().default('').describe('Put before every topic name.'),
    maxBytes: z.number().int().positive().default(1000).describe('Most bytes a fetch.'),
    tls: z.boolean().default(false).describe('Encrypt the connection.'),
  }),
  level: z.enum(['low', 'high']).default('low').describe('How much.'),
  key: secret(z.string().min(8)).describe('Secret key.').optional(),
  rules: z
    .array(z.object({ name: z.string() }))
    .default([])
    .describe('Rules, as JSON.'),
});

const problemsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    loadConfig(schema, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe('loadConfig', () => {
  it('reads every type and fills in defaults', () => {
    const env = {
      KAFKA__BROKERS: 'a:1, b:2',
      KAFKA__MAX_BYTES: '5',
      KAFKA__TLS: 'true',
      LEVEL: 'high',
      RULES: '[{"name":"x"}]',
    };
    expect(loadConfig(schema, env)).toEqual({
      kafka: { brokers: ['a:1', 'b:2'], topicPrefix: '', maxBytes: 5, tls: true },
      level: 'high',
      rules: [{ name: 'x' }],
    });
  });

  it('names a variable that is missing, what it is and what to do', () => {
    expect(problemsOf({})).toEqual([
      'KAFKA__BROKERS is not set. It is a value of type list: Brokers to start from. Set KAFKA__BROKERS and start again.',
    ]);
  });

  it('reports all problems at once', () => {
    const problems = problemsOf({ KAFKA__MAX_BYTES: 'many', LEVEL: 'medium', KAFKA__TLS: 'perhaps' });
    expect(problems).toHaveLength(4);
    expect(problems.join('\n')).toMatch(/KAFKA__MAX_BYTES is "many".*number/);
    expect(problems.join('\n')).toMatch(/LEVEL is "medium".*low \| high/);
  });

  it('never shows a secret', () => {
    const problems = problemsOf({ KAFKA__BROKERS: 'a:1', KEY: 'hunter2' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('KEY is a secret that is not shown');
    expect(problems[0]).not.toContain('hunter2');
  });

  it('never shows the password in an address', () => {
    const [problem] = problemsOf({
      KAFKA__BROKERS: 'a:1',
      LEVEL: 'http://jane:hunter2@registry:8081/a?b=c@d',
    });
    expect(problem).toContain('LEVEL is "http://…@registry:8081/a?b=c@d"');
  });

  it('reads a value from the file that X_FILE names, and says when it cannot', () => {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-config-'));
    try {
      writeFileSync(join(folder, 'key'), 'from-a-file\n');
      expect(loadConfig(schema, { KAFKA__BROKERS: 'a:1', KEY_FILE: join(folder, 'key') }).key).toBe(
        'from-a-file',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(problemsOf({ KAFKA__BROKERS: 'a:1', KEY_FILE: '/nowhere' })[0]).toMatch(
      /^KEY_FILE names \/nowhere.*Mount the file/,
    );
  });
});

describe('settings beneath the environment', () => {
  const beneath = { kafka: { maxBytes: 7, topicPrefix: 'file-' }, level: 'high', rules: [{ name: 'x' }] };

  it('count where no variable is set', () => {
    expect(
      loadConfig(schema, { KAFKA__BROKERS: 'a:1', KAFKA__MAX_BYTES: '5', LEVEL: 'low' }, beneath),
    ).toEqual({
      kafka: { brokers: ['a:1'], topicPrefix: 'file-', maxBytes: 5, tls: false },
      level: 'low',
      rules: [{ name: 'x' }],
    });
  });

  it('may leave out what they do not set', () => {
    expect(loadConfig(schema, { KAFKA__BROKERS: 'a:1' }, { kafka: null }).kafka.maxBytes).toBe(1000);
  });
});

describe('describeConfig', () => {
  it('lists every setting with its variable, type and default', () => {
    const table = describeConfig(schema).map(
      ({ variable, type, default: fallback, required, secret: hidden }) => [
        variable,
        type,
        fallback,
        required,
        hidden,
      ],
    );
    expect(table).toEqual([
      ['KAFKA__BROKERS', 'list', null, true, false],
      ['KAFKA__TOPIC_PREFIX', 'string', '', false, false],
      ['KAFKA__MAX_BYTES', 'number', '1000', false, false],
      ['KAFKA__TLS', 'boolean', 'false', false, false],
      ['LEVEL', 'low | high', 'low', false, false],
      ['KEY', 'string', null, false, true],
      ['RULES', 'json', '[]', false, false],
    ]);
  });

  it('documents every setting of the kit', () => {
    expect(describeConfig(kitConfig).filter(({ description }) => description === '')).toEqual([]);
  });
});

describe('variableOf', () => {
  it('turns a path into a variable', () => {
    expect(variableOf(['kafka', 'topicPrefix'])).toBe('KAFKA__TOPIC_PREFIX');
  });
});
