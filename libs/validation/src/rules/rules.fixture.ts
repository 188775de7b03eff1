import type { EnrichedEvent, Failure, SelfDescribing } from '@headwater/contracts';
import { anEnrichedEvent } from '@headwater/testing';
import { compileSchema, KeyMap, type Resolution, type Schemas } from '../resolution';
import type { Rule } from './rule';

/** A self-describing JSON of `iglu:com.acme/click/jsonschema/1-0-0`. */
export const aClick = (data: string, known: Partial<SelfDescribing> = {}): SelfDescribing => ({
  vendor: 'com.acme',
  name: 'click',
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition: 0,
  data,
  ...known,
});

const clickSchema = compileSchema({
  type: 'object',
  properties: { id: { type: 'integer' }, note: { type: 'string', maxLength: 10 } },
  required: ['id'],
  additionalProperties: false,
});

const known = new KeyMap<Resolution>();
known.set(aClick(''), { kind: 'usable', schema: clickSchema });
known.set(aClick('', { name: 'unknown' }), { kind: 'missing', asked: ['shipped', 'central'] });
known.set(aClick('', { name: 'broken' }), { kind: 'unusable', source: 'central', reason: 'it has no type' });

/** `click` is known, `unknown` is not, and `broken` cannot be used. */
export const schemas: Schemas = known;

/** What rules say of an event that differs from a good one as given. */
export const failuresOf = (rules: readonly Rule[], known: Partial<EnrichedEvent>): readonly Failure[] =>
  rules.flatMap((rule) => rule.check(anEnrichedEvent(known), { schemas }));
