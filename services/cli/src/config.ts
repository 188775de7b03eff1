import { clickhouseConfig } from '@headwater/clickhouse';
import { enrichmentsConfig, pseudonymKeys } from '@headwater/enrichment';
import { kafkaConfig, registryConfig } from '@headwater/kafka';
import { igluConfig } from '@headwater/look-ups';
import { adminConfig, secret } from '@headwater/service-kit';
import { z } from 'zod';

/*
 * The variables of the services, so that one environment does for all. Where nothing is said, the addresses are those of
 * `npm start`.
 */

/** What every command reads. */
export const readingConfig = z.object({
  clickhouse: clickhouseConfig.extend({
    url: clickhouseConfig.shape.url.default('http://127.0.0.1:8123'),
  }),
});

/** What the judge of a dry run, and the check of identifiers, need. */
export const judgingConfig = z.object({
  iglu: igluConfig.prefault({}),
  pseudonym: z.object({
    keys: secret(
      pseudonymKeys.describe(
        'Keys of the enricher. A dry run without them uses one of its own: its verdict is the same.',
      ),
    ).optional(),
  }),
  enrichments: enrichmentsConfig.prefault({}),
});

/** What is needed to send replays. */
export const sendingConfig = z.object({
  kafka: kafkaConfig.extend({ brokers: kafkaConfig.shape.brokers.default(['127.0.0.1:9092']) }),
  registry: registryConfig.extend({
    url: registryConfig.shape.url.default('http://127.0.0.1:8081/apis/ccompat/v7'),
  }),
});

/** What addresses with metrics are asked with. */
export const metricsConfig = z.object({ admin: adminConfig.prefault({}) });
