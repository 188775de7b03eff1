import type { FailedEvent } from '@headwater/contracts';
import { failure } from '@headwater/stage';
import { aFailedEvent } from '@headwater/testing';
import { parseRecipe, type Recipe } from './recipe';

/** A recipe for every schema violation, with these steps. */
export const aRecipe = (...steps: readonly object[]): Recipe =>
  parseRecipe(
    {
      name: 'test',
      version: 1,
      description: 'For a test.',
      reviewed_by: 'nobody',
      match: { failure_type: 'schema_violation' },
      steps,
    },
    'test.yaml',
  );

const wrapped = (name: string, data: string): string =>
  `{"schema":"iglu:com.snowplowanalytics.snowplow/${name}/jsonschema/1-0-0","data":${data}}`;

/**
 * A failed event with self-describing data.
 *
 * @param unstruct JSON text of the event; `contexts` of the list of contexts
 */
export function aFailedOrder(
  unstruct: string | null,
  contexts: string | null = null,
  parameters: Readonly<Record<string, string>> = {},
  known: Partial<FailedEvent> = {},
): FailedEvent {
  return aFailedEvent({
    failure_type: 'schema_violation',
    failures: [failure('schema_violation', 'It does not meet its schema.')],
    replayable: true,
    parameters: {
      e: 'ue',
      p: 'web',
      aid: 'shop',
      ...parameters,
      ...(unstruct === null ? {} : { ue_pr: wrapped('unstruct_event', unstruct) }),
      ...(contexts === null ? {} : { co: wrapped('contexts', contexts) }),
    },
    ...known,
  });
}
