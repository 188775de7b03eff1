import type { AdmissionFate, App, AppRegistry } from './registry';

/** What a request shows of its app without being read. Null: it does not show it. */
export interface Shown {
  /** App whose path the request came by. */
  readonly pathApp: string | null;
  /** Header X-Headwater-Key. */
  readonly key: string | null;
  /** Header X-GitLab-AppId: an id, or a key. */
  readonly gitlabAppId: string | null;
  /** Parameter `aid` of the query string. */
  readonly aid: string | null;
  /** Header Origin. */
  readonly origin: string | null;
}

/** What the registry says of a request. */
export type Admission =
  /** The request does not show an app, or one that may stay unknown: its events say more. */
  | { readonly kind: 'open' }
  | { readonly kind: 'admitted'; readonly app: App }
  | {
      readonly kind: 'refused';
      readonly fate: AdmissionFate;
      /** The app, where it is a known one. */
      readonly app: string | null;
      /** What the request showed it by. */
      readonly field: string;
      /** What is wrong and what to do, for people. */
      readonly reason: string;
    };

export type Admit = (shown: Shown) => Admission;

const OPEN: Admission = { kind: 'open' };

interface Claim {
  readonly field: string;
  readonly app: App | undefined;
  /** The claim is also the proof: nobody else has the path or key. */
  readonly isProof: boolean;
}

/** Makes the function that admits requests, by what they show: path, key, `aid`, Origin. All of it must be of one app. */
export function createAdmission(registry: AppRegistry): Admit {
  const { apps, unknown, unproven } = registry;
  const byId = new Map(apps.map((app) => [app.id, app]));
  const byKey = new Map(apps.flatMap((app) => app.keys.map((key): [string, App] => [key, app])));
  const byOrigin = soleOwners(apps);

  const claimsOf = ({ pathApp, key, gitlabAppId, aid, origin }: Shown): readonly Claim[] => {
    const claims: Claim[] = [];
    if (pathApp !== null) claims.push({ field: 'path', app: byId.get(pathApp), isProof: true });
    if (key !== null) claims.push({ field: 'X-Headwater-Key', app: byKey.get(key), isProof: true });
    if (gitlabAppId !== null) {
      const owner = byKey.get(gitlabAppId);
      claims.push({
        field: 'X-GitLab-AppId',
        app: owner ?? byId.get(gitlabAppId),
        isProof: owner !== undefined,
      });
    }
    if (aid !== null) claims.push({ field: 'aid', app: byId.get(aid), isProof: false });
    const pageOwner = claims.length > 0 || origin === null ? undefined : byOrigin.get(origin);
    if (pageOwner) claims.push({ field: 'Origin', app: pageOwner, isProof: false });
    return claims;
  };

  return (shown) => {
    const claims = claimsOf(shown);
    const [first] = claims;
    if (!first) return OPEN;
    const stranger = claims.find(({ app }) => app === undefined);
    if (stranger && unknown !== 'accept') return unknownApp(stranger.field, unknown);
    const known = claims.find(({ app }) => app !== undefined);
    if (!known?.app) return OPEN;
    const { app } = known;
    const other = claims.find((claim) => claim.app !== app);
    if (other) return refused(app, other.field, unproven, contradiction(app, known.field, other.field));
    if (isForeign(app, shown.origin)) return refused(app, 'Origin', unproven, foreignPage(app));
    if (app.keys.length > 0 && !claims.some(({ isProof }) => isProof))
      // A request that names its app by its page only may be anyone's: its events say what they are, and then fail.
      return first.field === 'Origin' ? OPEN : refused(app, first.field, unproven, noKey(app));
    return { kind: 'admitted', app };
  };
}

/** Pages that one app alone lists. */
function soleOwners(apps: readonly App[]): ReadonlyMap<string, App> {
  const owners = new Map<string, App | null>();
  for (const app of apps)
    for (const origin of app.origins) owners.set(origin, owners.has(origin) ? null : app);
  return new Map([...owners].flatMap(([origin, app]) => (app === null ? [] : [[origin, app] as const])));
}

const refused = (app: App, field: string, fate: AdmissionFate, reason: string): Admission => ({
  kind: 'refused',
  fate,
  app: app.id,
  field,
  reason,
});

const unknownApp = (field: string, fate: AdmissionFate): Admission => ({
  kind: 'refused',
  fate,
  app: null,
  field,
  reason: `The app that ${field} names is not in the app registry. Add it there, or correct the tracker.`,
});

const contradiction = ({ id }: App, one: string, other: string): string =>
  `${one} names the app ${id}, and ${other} another one. Send the events of each app with its own key and path.`;

/** Whether a page is none of those that an app lists. Servers send none, and are not asked. */
export const isForeign = ({ origins }: App, origin: string | null): boolean =>
  origin !== null && origins.length > 0 && !origins.includes(origin);

/** Also said of events, by the enricher. */
export const foreignPage = ({ id }: App): string =>
  `The page that sent this is none of the origins of the app ${id}. Add its origin to the app registry, or use the app of that page.`;

/** Also said of events, by the enricher. */
export const noKey = ({ id }: Pick<App, 'id'>): string =>
  `The app ${id} has write keys, and the request showed none. Send one in X-Headwater-Key, or use a path of the app.`;
