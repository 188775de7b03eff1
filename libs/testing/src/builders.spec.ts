import { schemas } from '@headwater/contracts';
import { aCollectorPayload, aFailedEvent, anEnrichedEvent, aReplay } from './builders';

it.each([
  ['EnrichedEvent', anEnrichedEvent()],
  ['CollectorPayload', aCollectorPayload()],
  ['FailedEvent', aFailedEvent()],
  ['Replay', aReplay()],
] as const)('builds every field of %s, in the order of its schema', (name, built) => {
  const { fields } = schemas[name] as { fields: readonly { name: string }[] };
  expect(Object.keys(built)).toEqual(fields.map((field) => field.name));
});
