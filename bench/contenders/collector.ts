import { topics } from '@headwater/contracts';
import type { Contender } from './contender';

const passes = (name: string, program: string, compression: 'none' | 'zstd', does: string): Contender => ({
  name,
  stage: 'collector',
  role: 'bare',
  does,
  start: { kind: 'program', program, settings: { SINK: 'kafkajs', COMPRESSION: compression } },
  topic: `bench-${program}-${compression}`,
});

const forgets = (name: string, program: string, does: string): Contender => ({
  name,
  stage: 'collector',
  role: 'limit',
  does,
  start: { kind: 'program', program, settings: { SINK: 'none' } },
  topic: null,
});

/** Who takes HTTP requests. */
export const collectorContenders: readonly Contender[] = [
  {
    name: 'collector',
    stage: 'collector',
    role: 'ours',
    does: 'Our service with default settings: envelope in Avro, addresses truncated, acks=all, idempotent, zstd, answered after the acknowledgement.',
    start: { kind: 'service', service: 'collector', settings: {} },
    topic: topics.collectorPayloads.name,
  },
  passes(
    'node:http → kafkajs',
    'http',
    'none',
    'Bare node:http reads the body and passes it to kafkajs: one record a request, no envelope, acks=all, 5 ms linger, one send at a time, no compression, answered after the acknowledgement.',
  ),
  passes('node:http → kafkajs, zstd', 'http', 'zstd', 'The same, compressed as ours is.'),
  passes(
    'Fastify → kafkajs',
    'fastify',
    'none',
    'Bare Fastify in the place of node:http, otherwise the same.',
  ),
  {
    name: 'kafkajs producer',
    stage: 'collector',
    role: 'limit',
    does: 'No HTTP at all: kafkajs writes the same bodies, 100 a send, one send at a time, acks=all, no compression.',
    start: { kind: 'program', program: 'producer', settings: { COMPRESSION: 'none' } },
    topic: 'bench-producer',
    load: 'itself',
  },
  forgets('node:http alone', 'http', 'Bare node:http reads the body, forgets it and answers.'),
  forgets('Fastify alone', 'fastify', 'Bare Fastify reads the body, forgets it and answers.'),
];
