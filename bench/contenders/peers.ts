import { z } from 'zod';
import type { Contender } from './contender';

export const PEERS_VARIABLE = 'HEADWATER_BENCH_PEERS';

const peer = z.strictObject({
  name: z.string().min(1),
  stage: z.enum(['collector', 'enricher', 'validator']).default('collector'),
  command: z.string().min(1),
  port: z.number().int().positive().optional(),
  path: z.string().startsWith('/').optional(),
  body: z.string().optional(),
  topic: z.string().min(1).optional(),
  group: z.string().min(1).optional(),
  recordsPerPost: z.enum(['one a request', 'one an event']).default('one a request'),
});

const EXAMPLE = `[{"name": "Other collector", "command": "exec other --port {port} --brokers {brokers} --topic {topic}", "path": "/track", "topic": "other"}]`;

/**
 * Other programs to measure in the same rounds, from the environment.
 *
 * @throws Error that names the entry and the field, and shows an example
 */
export function peersFrom(text: string | undefined): readonly Contender[] {
  if (text === undefined || text.trim() === '') return [];
  const read = z.array(peer).safeParse(jsonOf(text));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new Error(
      `${PEERS_VARIABLE} cannot be used: at [${issue?.path.join('.') ?? ''}], ${issue?.message ?? ''}. Write a JSON list such as ${EXAMPLE}`,
    );
  }
  return read.data.map(({ name, stage, command, port, path, body, topic, group, recordsPerPost }) => ({
    name,
    stage,
    role: 'peer',
    does: `Another program: \`${command}\`${topic === undefined ? ' (it names no topic, so what it delivers is not checked)' : ''}.`,
    start: { kind: 'command', command, ...(port === undefined ? {} : { port }) },
    topic: topic ?? null,
    records: recordsPerPost,
    ...(path === undefined ? {} : { path }),
    ...(body === undefined ? {} : { bodyFile: body }),
    ...(group === undefined ? {} : { group }),
  }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${PEERS_VARIABLE} is not JSON. Write a list such as ${EXAMPLE}`);
  }
}
