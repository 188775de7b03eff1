import type { GuidedTarget } from '../guided-target';
import { avroRecord } from './avro-record';
import { jsonSchema } from './json-schema';
import { queryString } from './query-string';
import { trackerBody } from './tracker-body';

/** What takes bytes of strangers. */
export const targets: readonly GuidedTarget[] = [trackerBody, queryString, avroRecord, jsonSchema];

/** @throws for a name that none has */
export function targetNamed(name: string): GuidedTarget {
  const target = targets.find((one) => one.name === name);
  if (target === undefined) throw new Error(`No target is called "${name}".`);
  return target;
}
