import { uuidV5 } from '@headwater/stage';
import { canaryV4, CLEAR_ID } from './canaries';
import { roleOf } from './classes';
import { Dice } from './dice';
import type { EventClass, Plan } from './plan';

/** One event of a run, as a tracker would send it. */
export interface PlannedEvent {
  readonly seq: number;
  readonly class: EventClass;
  /** Number of the event that this one is a copy or a rival of; its own otherwise. */
  readonly original: number;
  /** The id that it is sent with. */
  readonly id: string;
  /** Parameters of the tracker protocol. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Texts that have broken pipelines before. None holds an address, a tab or a line break. */
const texts = [
  'plain',
  'Zoë & Jürgen',
  '日本語のタイトル',
  '🙂👩‍👩‍👧',
  'quote " and backslash \\',
  "it''s; DROP TABLE events;--",
  '<script>alert(1)</script>',
  'مرحبا بالعالم',
  'a%20b+c&d=e#f?g',
  '{"a":[1,null]}',
  'null',
  'e\u0301 e',
] as const;

const SNOWPLOW = 'iglu:com.snowplowanalytics.snowplow';
const USERS = 1_000;

/** The id that event number `seq` is sent with, unless it takes that of another. */
export const idOf = ({ run, seed }: Plan, seq: number): string =>
  uuidV5(run, `${String(seed)}:${String(seq)}`);

/** Event number `seq` of a run. */
export function plannedEvent(plan: Plan, seq: number): PlannedEvent {
  const { class: name, original } = roleOf(plan, seq);
  const id = idOf(plan, original);
  const content = name === 'client-dup' ? original : seq;
  const as = name === 'client-dup' ? roleOf(plan, original).class : name;
  // A copy that a tracker sends again can come from another address: that does not make it another event.
  const ip = canaryV4(seq, 'parameter');
  return {
    seq,
    class: name,
    original,
    id,
    parameters: { ...contentParameters(plan, content, as), eid: id, ip },
  };
}

function contentParameters(plan: Plan, seq: number, as: EventClass): Readonly<Record<string, string>> {
  const dice = new Dice(plan.seed, seq, 'content');
  const address = as === 'schema-bad' || as === 'enrich-bad' ? ` from ${canaryV4(seq, 'text')}` : '';
  const common = commonParameters(plan, seq, dice, address);
  switch (as) {
    case 'schema-bad':
      return { ...common, ...schemaBad(dice, address) };
    case 'enrich-bad':
      return { ...common, ...goodKind(dice, seq), ...enrichBad(dice, address) };
    case 'oversize':
      return { ...common, e: 'pv', se_la: 'x'.repeat(plan.oversizeBytes) };
    default:
      return { ...common, ...goodKind(dice, seq) };
  }
}

function commonParameters(
  { app, startedAt }: Plan,
  seq: number,
  dice: Dice,
  address: string,
): Readonly<Record<string, string>> {
  const created = startedAt + seq;
  const user = String(dice.below(USERS, 0));
  return {
    p: pick(['web', 'mob', 'srv', 'app'], dice, 1),
    tv: 'headwater-verify-1',
    tna: 'verify',
    aid: app,
    dtm: String(created),
    stm: String(created + dice.below(5_000, 2) + 1),
    tz: pick(['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'], dice, 3),
    lang: pick(['de-DE', 'en', 'ja'], dice, 4),
    cs: 'UTF-8',
    res: pick(['1920x1080', '390x844'], dice, 5),
    vp: '1200x700',
    cd: '24',
    cookie: pick(['0', '1'], dice, 6),
    uid: `${CLEAR_ID}user-${user}`,
    duid: `${CLEAR_ID}device-${user}`,
    vid: String(1 + dice.below(50, 7)),
    url: `https://verify.example/page/${String(seq)}`,
    page: `${pick(texts, dice, 8)}${address} #${String(seq)}`,
    ...(dice.below(2, 9) === 0 ? { co: webPage(dice) } : {}),
  };
}

const webPage = (dice: Dice): string =>
  wrapped('contexts', `[{"schema":"${SNOWPLOW}/web_page/jsonschema/1-0-0","data":{"id":"${dice.uuid()}"}}]`);

function goodKind(dice: Dice, seq: number): Readonly<Record<string, string>> {
  switch (dice.below(5, 10)) {
    case 0:
      return { e: 'pv' };
    case 1:
      return { e: 'pp', pp_mix: '0', pp_max: '10', pp_miy: '0', pp_may: String(dice.below(5_000, 11)) };
    case 2:
      return {
        e: 'tr',
        tr_id: `${CLEAR_ID}order-${String(seq)}`,
        tr_af: 'verify',
        tr_tt: `${String(1 + dice.below(9_999, 11))}.25`,
        tr_tx: '0.5',
        tr_cu: 'EUR',
      };
    case 3:
      return {
        e: 'se',
        se_ca: 'verify',
        se_ac: pick(['add', 'remove'], dice, 11),
        se_la: pick(texts, dice, 12),
        se_pr: String(seq),
        se_va: pick(['0', '1', '12.5', '-3'], dice, 13),
      };
    default:
      return linkClick({
        targetUrl: `https://verify.example/to/${String(seq)}`,
        elementId: 'link',
        elementContent: pick(texts, dice, 12),
      });
  }
}

function schemaBad(dice: Dice, address: string): Readonly<Record<string, string>> {
  const elementContent = `${pick(texts, dice, 12)}${address}`;
  return dice.below(2, 11) === 0
    ? linkClick({ elementId: 'no target', elementContent })
    : linkClick({ targetUrl: 'https://verify.example/', elementId: 5, elementContent });
}

/** Each is one parameter that is not what it must be. */
const enrichBad = (dice: Dice, address: string): Readonly<Record<string, string>> =>
  pick<Readonly<Record<string, string>>>(
    [{ p: 'fridge' }, { res: `wide${address}` }, { dtm: 'yesterday' }, { cd: 'many' }, { vp: '1200' }],
    dice,
    13,
  );

/** Which parameter makes an event enrich-bad. */
export function wrongParameterOf(plan: Plan, seq: number): string {
  return Object.keys(enrichBad(new Dice(plan.seed, seq, 'content'), ''))[0] ?? '';
}

/** Which JSON Schema keyword an event that is schema-bad does not meet. */
export const brokenKeywordOf = (plan: Plan, seq: number): string =>
  new Dice(plan.seed, seq, 'content').below(2, 11) === 0 ? 'required' : 'type';

const linkClick = (data: object): Readonly<Record<string, string>> => ({
  e: 'ue',
  ue_pr: wrapped(
    'unstruct_event',
    JSON.stringify({ schema: `${SNOWPLOW}/link_click/jsonschema/1-0-1`, data }),
  ),
});

const wrapped = (name: 'unstruct_event' | 'contexts', data: string): string =>
  `{"schema":"${SNOWPLOW}/${name}/jsonschema/1-0-0","data":${data}}`;

function pick<T>(from: readonly [T, ...T[]], dice: Dice, place: number): T {
  return from[dice.below(from.length, place)] ?? from[0];
}
