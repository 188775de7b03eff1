import type { FailedEvent, Replay } from '@headwater/contracts';
import { contentId } from '@headwater/stage';
import type { Recipe } from '../recipes/recipe';
import type { Repair } from '../recipes/repair';

/** Which run sends a replay, how it was repaired, and when. */
export interface Sending {
  readonly runId: string;
  /** Null: sent as it was. */
  readonly recipe: Pick<Recipe, 'name' | 'version' | 'sha256'> | null;
  /** Milliseconds since 1970. */
  readonly replayedAt: number;
}

/** Id of a replay: the same failed event repaired by the same recipe has the same, so that sent twice it is one. */
export const replayIdOf = (
  { failed_id }: Pick<FailedEvent, 'failed_id'>,
  recipe: Sending['recipe'],
): string => contentId('replay', failed_id, recipe?.sha256 ?? 'as-is');

/** The record that sends a failed event through the pipeline again, with its own times. */
export function replayOf(
  event: FailedEvent,
  { parameters, unpseudonymised }: Extract<Repair, { kind: 'repaired' }>,
  { runId, recipe, replayedAt }: Sending,
): Replay {
  return {
    failed_id: event.failed_id,
    app_id: event.app_id,
    collector_tstamp: event.collector_tstamp,
    replay_id: replayIdOf(event, recipe),
    replayed_at: replayedAt,
    run_id: runId,
    recipe: recipe && `${recipe.name}@${recipe.version}`,
    event_id: event.event_id,
    event_fingerprint: event.event_fingerprint,
    payload_id: event.payload_id,
    payload_index: event.payload_index,
    geo_country: event.geo_country,
    useragent: event.useragent,
    pseudonym_key_id: event.pseudonym_key_id,
    parameters,
    unpseudonymised: unpseudonymised.length > 0 ? unpseudonymised : null,
  };
}
