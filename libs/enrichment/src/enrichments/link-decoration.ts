import { failed, failure, ok } from '@headwater/stage';
import { z } from 'zod';
import { oneLine, timestamp } from '../protocol/kinds';
import { defineEnrichment, nothing } from './enrichment';
import { queryParameters } from './url';

const PARAMETER = '_sp';
const wanted: ReadonlySet<string> = new Set([PARAMETER]);

export const linkDecoration = defineEnrichment({
  name: 'linkDecoration',
  summary:
    'Reads who followed a link from another site of yours, and when, from the parameter _sp of the page URL.',
  reads: ['page_urlquery'],
  writes: ['refr_domain_userid', 'refr_dvce_tstamp'],
  config: z.object({}),
  example: {
    given: { event: { page_urlquery: '_sp=0f9e8d7c.1782000000000' } },
    sets: { refr_domain_userid: '0f9e8d7c', refr_dvce_tstamp: 1_782_000_000_000 },
  },
  create: () =>
    function linkDecoration({ event: { page_urlquery } }) {
      if (page_urlquery?.includes(PARAMETER) !== true) return nothing;
      const decoration = queryParameters(page_urlquery, wanted).get(PARAMETER);
      if (decoration === undefined) return nothing;
      const [userId = '', time = ''] = decoration.split('.');
      const linkedAt = time === '' ? null : timestamp.read(time);
      if (time !== '' && linkedAt === null)
        return failed(
          failure(
            'enrichment_failure',
            'The second part of the link decoration _sp is no time. Decorate links with duid.timestamp, in milliseconds since 1970.',
            { field: 'url', expectation: timestamp.expectation, source: 'linkDecoration' },
          ),
        );
      return ok({ refr_domain_userid: userId === '' ? null : oneLine(userId), refr_dvce_tstamp: linkedAt });
    },
});
