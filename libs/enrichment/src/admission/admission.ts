import type { CollectorPayload, EnrichedEvent } from '@headwater/contracts';
import { ok, type Outcome } from '@headwater/stage';

/** What is known of an event when it asks to enter. */
export interface Entrant {
  readonly app_id: string;
  /** App that the collector admitted the request for; null where the request did not show one. */
  readonly admittedApp: string | null;
  /** Page that sent the request, from its header Origin; null where no browser did. */
  readonly origin: string | null;
  /** When the collector received it, milliseconds since 1970. */
  readonly collector_tstamp: number;
}

/**
 * Says whether an event may enter, before anything else is done with it: `createMembership` of libs/apps makes one. It may
 * count, but an event that is judged again must get the same answer and count once: whoever makes it sees to that.
 */
export type Admit = (entrant: Entrant) => Outcome<null>;

/** What enters without being asked. */
export const ADMITTED: Outcome<null> = ok(null);

/** App of events that name none. */
export const NO_APP = 'unknown';

/**
 * Asks for an event of a payload. One that names no app is of the app that its request was admitted for.
 *
 * @param event its app is set
 * @param admit null: whoever comes may enter
 */
export function admission(
  event: Pick<EnrichedEvent, 'collector_tstamp'> & { app_id: string },
  payload: Pick<CollectorPayload, 'app' | 'headers'>,
  admit: Admit | null,
): Outcome<null> {
  const { app, headers } = payload;
  if (app !== null && event.app_id === NO_APP) event.app_id = app;
  if (admit === null) return ADMITTED;
  return admit({
    app_id: event.app_id,
    admittedApp: app,
    origin: headers?.['origin'] ?? null,
    collector_tstamp: event.collector_tstamp,
  });
}
