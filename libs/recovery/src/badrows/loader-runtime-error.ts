import type { RowMaker } from './row';
import { dateTime, failuresOf, maybeUpTo, messageOf, upTo } from './texts';

/** A row that the database refused: who it was, and why. Its other columns may be what was wrong with it. */
export const loaderRuntimeError: RowMaker = (event) => ({
  failure: failuresOf(event).map(messageOf).join(' '),
  payload: {
    app_id: upTo(255, event.app_id),
    platform: event.platform,
    collector_tstamp: dateTime(event.collector_tstamp),
    event: event.event,
    event_id: upTo(36, event.event_id ?? ''),
    event_name: maybeUpTo(1000, event.event_name),
    event_fingerprint: maybeUpTo(128, event.event_fingerprint),
    name_tracker: maybeUpTo(128, event.name_tracker),
    v_tracker: maybeUpTo(100, event.v_tracker),
    v_collector: 'headwater',
    v_etl: upTo(100, event.processor ?? 'headwater'),
    geo_country: maybeUpTo(2, event.geo_country),
    useragent: maybeUpTo(1000, event.useragent),
  },
});
