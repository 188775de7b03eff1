import type { EnrichedEvent, SelfDescribing } from '@headwater/contracts';
import { jsonOf } from '../protocol/iglu-uri';

/**
 * JSON of an event as custom enrichments see it: the atomic fields by name, and self-describing data as
 * `{"schema": "iglu:…", "data": …}`. Data is put in as the text that it is, so nothing is parsed here.
 */
export function customView({ unstruct_event, contexts, derived_contexts, ...atomic }: EnrichedEvent): string {
  const parts = [
    `"unstruct_event":${unstruct_event ? jsonOf(unstruct_event) : 'null'}`,
    `"contexts":${listOf(contexts)}`,
    `"derived_contexts":${listOf(derived_contexts)}`,
  ];
  return `${JSON.stringify(atomic).slice(0, -1)},${parts.join(',')}}`;
}

const listOf = (entities: readonly SelfDescribing[] | null): string =>
  `[${(entities ?? []).map(jsonOf).join(',')}]`;
