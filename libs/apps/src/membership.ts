import { dropped, failed, failure, ok, type Outcome } from '@headwater/stage';
import { foreignPage, isForeign, noKey } from './admission';
import { Grants, type RecordPosition } from './grants';
import type { App, AppRegistry } from './registry';
import { TokenBucket } from './token-bucket';

/** Seconds of its quota that an app may send at once. */
const BURST_SECONDS = 60;

/** What the enricher knows of an event when it asks whether it may enter. */
export interface Entrant {
  /** The `aid` of the event; `unknown` where it has none. */
  readonly app_id: string;
  /** App that the collector admitted the request for; null where the request did not show one. */
  readonly admittedApp: string | null;
  /** Page that sent the request, from its header Origin; null where no browser did. */
  readonly origin: string | null;
  /** When the collector received it, milliseconds since 1970: quotas run on this clock. */
  readonly collector_tstamp: number;
}

export interface MembershipOptions {
  /** Programs that share the quotas: each grants its part. */
  readonly sharedBy: number;
}

/** The gate of the enricher. Not pure: what it grants counts against the quota of the app, once for each event. */
export interface Membership {
  /** Says whether an event may enter. */
  readonly admit: (entrant: Entrant) => Outcome<null>;
  /**
   * Says which record the events that ask next are of: called before each. One that is read again gets what it got before.
   * Nothing else may ask until the record is judged.
   */
  readonly at: (position: RecordPosition) => void;
}

const ENTERS: Outcome<null> = ok(null);

/**
 * Makes the gate of the enricher: the app of each event must be a known one (by the policy of the registry), the one that
 * the request was admitted for, and within its quota. Quotas live in this process and run on the clock of the collector,
 * so that a backlog that is worked off is not a flood. What is judged again in this process, because a look-up or the
 * broker was away, counts once.
 */
export function createMembership(registry: AppRegistry, { sharedBy }: MembershipOptions): Membership {
  const { apps, unknown, unproven, overQuota } = registry;
  const known = new Map(apps.map((app) => [app.id, app]));
  const quotas = new Map(
    apps.flatMap(({ id, quota }): readonly (readonly [string, TokenBucket])[] => {
      if (!quota) return [];
      const { eventsPerSecond, burst = eventsPerSecond * BURST_SECONDS } = quota;
      return [[id, new TokenBucket(eventsPerSecond / sharedBy, Math.max(1, burst / sharedBy))]];
    }),
  );
  const grants = new Grants();
  return {
    at: (position) => {
      grants.at(position);
    },
    admit: ({ app_id, admittedApp, origin, collector_tstamp }) => {
      const app = known.get(app_id);
      if (admittedApp !== null && admittedApp !== app_id)
        return notAdmitted(unproven, otherApp(app_id, admittedApp));
      if (!app) return unknown === 'accept' ? ENTERS : notAdmitted(unknown, unlisted(app_id));
      if (app.keys.length > 0 && admittedApp === null) return notAdmitted(unproven, noKey(app));
      if (admittedApp === null && isForeign(app, origin)) return notAdmitted(unproven, foreignPage(app));
      const quota = quotas.get(app_id);
      if (!quota || grants.next(() => quota.take(collector_tstamp))) return ENTERS;
      return overQuota === 'drop' ? dropped('quota_exceeded') : failed(exceeded(app));
    },
  };
}

const notAdmitted = (fate: 'fail' | 'drop' | 'reject', reason: string): Outcome<null> =>
  fate === 'fail'
    ? failed(failure('app_not_admitted', reason, { field: 'aid', source: 'admission' }))
    : dropped('app_not_admitted');

const exceeded = ({ id, quota }: App): ReturnType<typeof failure> =>
  failure(
    'quota_exceeded',
    `The app ${id} sent more than its quota of ${String(quota?.eventsPerSecond ?? 0)} events a second. Raise the quota in the app registry and replay them, or send less.`,
    { field: 'aid', source: 'admission' },
  );

/** Longest name that is repeated, in characters. */
const LONGEST_SHOWN = 64;
const shown = (name: string): string => JSON.stringify(name.slice(0, LONGEST_SHOWN));

const unlisted = (appId: string): string =>
  `The app ${shown(appId)} is not in the app registry. Add it there and replay the event, or correct the aid of the tracker.`;

const otherApp = (appId: string, admitted: string): string =>
  `The request was admitted for the app ${shown(admitted)}, and this event is one of ${shown(appId)}. Send the events of each app with its own key and path.`;
