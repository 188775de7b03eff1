import type { CollectorPayload } from '@headwater/contracts';

/** Lengths, union branches, timestamps and flags of the Avro record, and the record's own frame in Kafka. */
const FRAME = 256;
/** Length prefixes of one entry of a map. */
const ENTRY = 16;
/** UTF-8 needs at most three bytes for what is one UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/** Upper bound for the bytes that a payload takes as a record. Never too low, and cheap: it encodes nothing. */
export function recordSize(payload: CollectorPayload): number {
  let units =
    payload.payload_id.length +
    lengthOf(payload.collector) +
    lengthOf(payload.path) +
    lengthOf(payload.querystring) +
    lengthOf(payload.content_type) +
    lengthOf(payload.hostname) +
    lengthOf(payload.ip_address) +
    lengthOf(payload.user_agent) +
    lengthOf(payload.referer) +
    lengthOf(payload.network_userid) +
    lengthOf(payload.app);
  let entries = 0;
  for (const map of [payload.headers, payload.cookies])
    for (const name in map) {
      entries += 1;
      units += name.length + lengthOf(map[name]);
    }
  return FRAME + entries * ENTRY + units * BYTES_PER_UNIT + (payload.body?.length ?? 0);
}

const lengthOf = (text: string | null | undefined): number => text?.length ?? 0;
