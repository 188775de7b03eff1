import { defineCollector } from '@headwater/collector-server';
import { config } from './config';
import { openTopicWriter } from './open-topic-writer';

/** The collector on Kafka. */
export const definition = defineCollector(config, openTopicWriter);
