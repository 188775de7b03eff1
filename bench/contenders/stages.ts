import { topics } from '@headwater/contracts';
import type { Contender } from './contender';

const bare = (
  stage: 'enricher' | 'validator',
  name: string,
  compression: 'none' | 'zstd',
  does: string,
): Contender => ({
  name,
  stage,
  role: 'bare',
  does,
  start: { kind: 'program', program: 'stage', settings: { COMPRESSION: compression } },
  topic: `bench-${stage}-${compression}`,
});

const compressed = 'The same, its output compressed as ours is.';

/** Who turns collector payloads into enriched events. */
export const enricherContenders: readonly Contender[] = [
  {
    name: 'enricher',
    stage: 'enricher',
    role: 'ours',
    does: 'Our service with default settings: bodies split, tracker protocol, user agent, country, campaign, referrer, fingerprint, pseudonyms; counts, output and offsets in one transaction.',
    start: { kind: 'service', service: 'enricher', settings: {} },
    topic: topics.enrichedEvents.name,
    group: 'headwater-enricher',
  },
  bare(
    'enricher',
    'bare stage',
    'none',
    'kafkajs to kafkajs, one transaction a batch: decodes the payload and encodes ready-made enriched events with avsc, as many as the payload carries, 1,000 records a send. It does not look into the body. No compression.',
  ),
  bare('enricher', 'bare stage, zstd', 'zstd', compressed),
];

/** Who turns enriched events into valid ones. */
export const validatorContenders: readonly Contender[] = [
  {
    name: 'validator',
    stage: 'validator',
    role: 'ours',
    does: 'Our service with default settings: duplicates removed, event and contexts held against their JSON Schemas; counts, output and offsets in one transaction.',
    start: { kind: 'service', service: 'validator', settings: {} },
    topic: topics.validEvents.name,
    group: 'headwater-validator',
  },
  bare(
    'validator',
    'bare stage',
    'none',
    'kafkajs to kafkajs, one transaction a batch: decodes the event and encodes it again with avsc, 1,000 records a send. No compression.',
  ),
  bare('validator', 'bare stage, zstd', 'zstd', compressed),
];
