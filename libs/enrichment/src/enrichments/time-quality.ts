import type { EnrichedEvent, TimeQuality } from '@headwater/contracts';
import { ok, type Outcome } from '@headwater/stage';
import { z } from 'zod';
import { defineEnrichment, type Patch } from './enrichment';

const HOUR = 3_600_000;
const FIVE_MINUTES = 300_000;
const EVENT_TIME = 1_782_000_000_000;

const outcomes: Readonly<Record<TimeQuality, Outcome<Patch>>> = {
  unknown: ok({ time_quality: 'unknown' }),
  good: ok({ time_quality: 'good' }),
  late: ok({ time_quality: 'late' }),
  skewed: ok({ time_quality: 'skewed' }),
  estimated: ok({ time_quality: 'estimated' }),
};

export const timeQuality = defineEnrichment({
  name: 'timeQuality',
  summary:
    'Says how far derived_tstamp can be trusted: good, late (sent long after it happened), skewed (the clock of the device is wrong, which is corrected) or estimated (the device gave no usable times, so it is the time of the collector).',
  reads: ['collector_tstamp', 'dvce_created_tstamp', 'dvce_sent_tstamp', 'true_tstamp', 'derived_tstamp'],
  writes: ['time_quality'],
  config: z.object({
    lateAfterMs: z
      .number()
      .int()
      .min(0)
      .default(HOUR)
      .describe('How long after it happened an event may arrive before it counts as late, milliseconds.'),
    skewedAfterMs: z
      .number()
      .int()
      .min(0)
      .default(FIVE_MINUTES)
      .describe(
        'How far the clock of a device may be from that of the collector before it counts as wrong, milliseconds; the way over the network is in it.',
      ),
  }),
  example: {
    given: {
      event: {
        collector_tstamp: EVENT_TIME,
        dvce_created_tstamp: EVENT_TIME - 2 * HOUR,
        dvce_sent_tstamp: EVENT_TIME - 200,
        derived_tstamp: EVENT_TIME - 2 * HOUR + 200,
      },
    },
    sets: { time_quality: 'late' },
  },
  create: ({ lateAfterMs, skewedAfterMs }) => {
    /** Of two flaws the one that makes the time less certain counts. */
    function qualityOf(event: EnrichedEvent): TimeQuality {
      const { collector_tstamp, derived_tstamp, true_tstamp } = event;
      const derived = derived_tstamp ?? collector_tstamp;
      if (true_tstamp === null) {
        const { dvce_created_tstamp: created, dvce_sent_tstamp: sent } = event;
        const isDerived =
          created !== null && sent !== null && derived === collector_tstamp - (sent - created);
        if (!isDerived) return 'estimated';
        if (Math.abs(collector_tstamp - sent) > skewedAfterMs) return 'skewed';
      } else if (derived - collector_tstamp > skewedAfterMs) return 'skewed';
      return collector_tstamp - derived > lateAfterMs ? 'late' : 'good';
    }
    return function timeQuality({ event }) {
      return outcomes[qualityOf(event)];
    };
  },
});
