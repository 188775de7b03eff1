import { eventId } from './event-ids';

/** App of all events that are sent here. */
export const BENCH_APP = 'headwater-bench';
const INSTANCE_ID = '5f3c1c2e-8d0b-4a53-9c55-2f1d6f5b7a10';
export const TP2_PATH = '/com.snowplowanalytics.snowplow/tp2';

/** A number from 0 up to 1. */
export type Chance = () => number;

/** A small generator of numbers that are the same in each run (mulberry32, public domain): runs are then comparable. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What a browser sends along with its events. */
export interface Visitor {
  readonly app: string;
  readonly userAgent: string;
  /** Full address, as a proxy in front reports it. */
  readonly address: string;
  readonly language: string;
  readonly screen: string;
  readonly userId: string;
  /** What GitLab makes of the user and the instance: the same in each event of the user. */
  readonly globalUserId: string;
  readonly visitorId: string;
  readonly sessionId: string;
}

export function visitor(chance: Chance, app = BENCH_APP): Visitor {
  return {
    app,
    userAgent: pick(chance, userAgents),
    // First numbers that are in public use, so that the country look-up finds something.
    address: `${pick(chance, [2, 24, 31, 46, 62, 78, 81, 91, 101, 126, 133, 151, 177, 187, 200, 212])}.${whole(chance, 1, 250)}.${whole(chance, 1, 250)}.${whole(chance, 1, 250)}`,
    language: pick(chance, ['en-GB', 'en-US', 'de-DE', 'fr-FR', 'pt-BR', 'ja-JP', 'nl-NL']),
    screen: pick(chance, ['1920x1080', '2560x1440', '1440x900', '1366x768', '390x844']),
    userId: hex(chance, 64),
    globalUserId: Buffer.from(hex(chance, 64), 'hex').toString('base64'),
    visitorId: uuid(chance),
    sessionId: uuid(chance),
  };
}

/**
 * One event as GitLab's browser tracker sends it: a self-describing event and two contexts, base64url, about 2.2 KB with all
 * parameters. It meets the schemas that ship with the validator.
 *
 * @param id of the event
 * @param now client time, milliseconds
 */
export function trackerEvent(
  chance: Chance,
  who: Visitor,
  id: string,
  now: number,
): Readonly<Record<string, string>> {
  const project = whole(chance, 1_000, 90_000_000);
  const namespace = whole(chance, 1_000, 90_000_000);
  const page = pick(chance, pages);
  const url = `https://gitlab.example/namespace${namespace}/project${project}/-/${page}?ref_type=heads`;
  return {
    e: 'ue',
    p: 'web',
    tv: 'js-4.6.8',
    tna: 'gl',
    aid: who.app,
    eid: id,
    dtm: String(now),
    stm: String(now + whole(chance, 1, 2_000)),
    url,
    page: 'GitLab',
    refr: `https://gitlab.example/namespace${namespace}/project${project}/-/${pick(chance, pages)}`,
    lang: who.language,
    cs: 'UTF-8',
    cookie: '1',
    tz: pick(chance, ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Etc/UTC']),
    res: who.screen,
    vp: `${whole(chance, 800, 1_900)}x${whole(chance, 500, 1_000)}`,
    ds: `${whole(chance, 800, 1_900)}x${whole(chance, 900, 9_000)}`,
    cd: '24',
    duid: who.visitorId,
    sid: who.sessionId,
    vid: String(whole(chance, 1, 60)),
    uid: who.userId,
    ue_px: base64url({
      schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
      data: {
        schema: 'iglu:com.gitlab/custom_event/jsonschema/1-0-0',
        data: {
          name: pick(chance, actions),
          props: {
            label: `label_${whole(chance, 1, 500)}`,
            value: whole(chance, 0, 100_000),
            project_id: project,
          },
        },
      },
    }),
    cx: base64url({
      schema: 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1',
      data: [
        {
          schema: 'iglu:com.gitlab/gitlab_standard/jsonschema/1-1-7',
          data: {
            environment: 'production',
            source: 'gitlab-javascript',
            correlation_id: hex(chance, 26),
            plan: pick(chance, ['free', 'premium', 'ultimate']),
            extra: {
              new_nav: true,
              experiment: `exp_${whole(chance, 1, 40)}`,
              variant: pick(chance, ['control', 'candidate']),
            },
            user_id: who.userId,
            global_user_id: who.globalUserId,
            user_type: 'human',
            is_gitlab_team_member: false,
            namespace_id: namespace,
            ultimate_parent_namespace_id: namespace,
            project_id: project,
            feature_enabled_by_namespace_ids: [namespace],
            realm: 'saas',
            instance_id: INSTANCE_ID,
            host_name: 'gitlab.example',
            instance_version: '18.2.0',
            context_generated_at: new Date(now).toISOString(),
          },
        },
        {
          schema: 'iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0',
          data: { id: uuid(chance) },
        },
      ],
    }),
  };
}

/** The body of a POST with some events, numbered from `first`. */
export function tp2Body(
  chance: Chance,
  who: Visitor,
  events: number,
  run: string,
  first: number,
  now: number,
): Buffer {
  const data = Array.from({ length: events }, (_none, index) =>
    trackerEvent(chance, who, eventId(run, first + index), now),
  );
  return Buffer.from(
    JSON.stringify({ schema: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4', data }),
  );
}

/** Headers that the visitor's browser and a proxy in front put on a POST, without the length of its body. */
export function browserHeaders(who: Visitor, host: string): Readonly<Record<string, string>> {
  return {
    host,
    'user-agent': who.userAgent,
    'content-type': 'application/json; charset=UTF-8',
    accept: '*/*',
    origin: 'https://gitlab.example',
    referer: 'https://gitlab.example/',
    'accept-language': `${who.language},en;q=0.8`,
    'x-forwarded-for': who.address,
  };
}

const pages = [
  'issues',
  'merge_requests',
  'pipelines',
  'blob/:repository_path',
  'boards',
  'settings/ci_cd',
  'wikis/home',
];
const actions = [
  'click_expand_panel',
  'view_merge_request_widget',
  'apply_saved_filter',
  'open_command_palette',
  'render_pipeline_graph',
  'toggle_sidebar',
];

const systems = [
  'Windows NT 10.0; Win64; x64',
  'Macintosh; Intel Mac OS X 10_15_7',
  'X11; Linux x86_64',
  'X11; CrOS x86_64 14541.0.0',
];
const versions = Array.from({ length: 12 }, (_none, index) => 127 + index);

/** 96 user agents: Chrome and Firefox, twelve versions, four systems. */
export const userAgents: readonly string[] = versions.flatMap((version) =>
  systems.flatMap((system) => [
    `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`,
    `Mozilla/5.0 (${system}; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`,
  ]),
);

function pick<T>(chance: Chance, list: readonly T[]): T {
  return list[Math.floor(chance() * list.length)] as T;
}

function whole(chance: Chance, least: number, most: number): number {
  return least + Math.floor(chance() * (most - least + 1));
}

function hex(chance: Chance, digits: number): string {
  let text = '';
  while (text.length < digits)
    text += Math.floor(chance() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return text.slice(0, digits);
}

function uuid(chance: Chance): string {
  const digits = hex(chance, 30);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(12, 15)}-8${digits.slice(15, 18)}-${digits.slice(18, 30)}`;
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
