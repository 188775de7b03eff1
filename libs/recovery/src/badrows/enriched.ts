import { flagParameters, plainParameters, sizeParameters, type FailedEvent } from '@headwater/contracts';

/** Said by the failed event itself, and better: times as times, platforms that exist. */
const saidByEvent: ReadonlySet<string> = new Set(['eid', 'aid', 'p', 'dtm', 'stm', 'ttm']);

/** Parameters that are whole numbers. */
const wholeNumbers: ReadonlySet<string> = new Set(['vid', 'pp_mix', 'pp_max', 'pp_miy', 'pp_may', 'ti_qu']);

/** Parameters that carry one column each: those of ours, and those that only old trackers and requests have. */
const single = Object.entries({
  cv: 'v_collector',
  nuid: 'network_userid',
  ...plainParameters,
  ue_pr: 'unstruct_event',
  co: 'contexts',
}).filter(([name]) => !saidByEvent.has(name));

/** `2021-02-11 09:35:56.273`, in UTC; null for a time that ClickHouse could not hold either. */
const atomicTime = (time: number | null): string | null =>
  time === null || !Number.isFinite(time) || Math.abs(time) > 253_402_300_799_999
    ? null
    : new Date(time).toISOString().replace('T', ' ').replace('Z', '');

const wholeNumber = (text: string): number | null => (/^-?\d{1,9}$/.test(text) ? Number(text) : null);

/** The partly enriched event of a row. What is not of its kind is left out: that is why the event failed. */
export function enrichedOf(event: FailedEvent): Readonly<Record<string, unknown>> {
  const columns: Record<string, unknown> = {
    app_id: event.app_id,
    platform: event.platform === 'unknown' ? null : event.platform,
    collector_tstamp: atomicTime(event.collector_tstamp),
    dvce_created_tstamp: atomicTime(event.dvce_created_tstamp),
    dvce_sent_tstamp: atomicTime(event.dvce_sent_tstamp),
    event: event.event === 'unknown' ? null : event.event,
    event_id: event.event_id,
    event_name: event.event_name,
    event_fingerprint: event.event_fingerprint,
    name_tracker: event.name_tracker,
    v_tracker: event.v_tracker,
    v_etl: event.processor,
    geo_country: event.geo_country,
    useragent: event.useragent,
  };
  const { parameters } = event;
  const sent = (name: string): string | undefined =>
    parameters && Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  for (const [name, column] of single)
    columns[column] ??= wholeNumbers.has(name) ? wholeNumber(sent(name) ?? '') : (sent(name) ?? null);
  // `1` and `0` for what a browser can.
  for (const [name, column] of Object.entries(flagParameters))
    columns[column] = wholeNumber(sent(name) ?? '');
  for (const [name, [width, height]] of Object.entries(sizeParameters)) {
    const size = /^(\d{1,9})x(\d{1,9})$/.exec(sent(name) ?? '');
    columns[width] = size ? Number(size[1]) : null;
    columns[height] = size ? Number(size[2]) : null;
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null));
}
