import type { EnrichedEvent, SelfDescribing } from '@headwater/contracts';
import { igluUri, schemaVer, validationInfo, type SchemaKey, type Schemas } from './resolution';

/**
 * A valid event in the words of the schemas it was checked against: an entity whose schema is superseded gets the version
 * that supersedes it, and a derived context `validation_info` says so once for each schema. The very event where nothing
 * is superseded. The data stay as they are: they were valid against the later version.
 */
export function withSuperseding(event: EnrichedEvent, schemas: Schemas): EnrichedEvent {
  if (schemas.anySuperseded === false) return event;
  const infos = new Map<string, SelfDescribing>();
  const later = (json: SelfDescribing): SelfDescribing => {
    const by = supersededBy(json, schemas);
    if (by === null) return json;
    infos.set(igluUri(json), validationInfo(json, by));
    const { model, revision, addition } = by;
    return { ...json, model, revision, addition };
  };
  const unstruct = event.unstruct_event === null ? null : later(event.unstruct_event);
  const contexts = event.contexts?.map(later) ?? null;
  const derived = event.derived_contexts?.map(later) ?? [];
  if (infos.size === 0) return event;
  return {
    ...event,
    unstruct_event: unstruct,
    event_version:
      unstruct === null || unstruct === event.unstruct_event ? event.event_version : schemaVer(unstruct),
    contexts,
    derived_contexts: [...derived, ...infos.values()],
  };
}

function supersededBy(json: SelfDescribing, schemas: Schemas): SchemaKey | null {
  const resolution = schemas.get(json);
  return resolution?.kind === 'usable' ? (resolution.supersededBy ?? null) : null;
}
