import { schemas } from '@headwater/contracts';
import { emptyEvent } from './empty-event';

it('has every field of the schema, in its order', () => {
  const { fields } = schemas.EnrichedEvent as { fields: readonly { name: string }[] };
  expect(Object.keys(emptyEvent())).toEqual(fields.map(({ name }) => name));
});
