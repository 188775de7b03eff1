import { defineCollector } from '@headwater/collector-server';
import { openAppRegistry } from '@headwater/look-ups';
import { config } from './config';
import { openTopicWriter } from './open-topic-writer';
import { openStrictJudge } from './strict-judge';

/** The collector on Kafka. */
export const definition = defineCollector(config, openTopicWriter, {
  openJudge: openStrictJudge,
  readApps: ({ apps }) => openAppRegistry(apps),
});
