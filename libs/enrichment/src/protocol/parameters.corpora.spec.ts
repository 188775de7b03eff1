import { readFileSync } from 'node:fs';
import { corpora } from '@headwater/testing';
import { parameters } from './parameters';

it('allows in bodies exactly what payload_data 1-0-4 allows', () => {
  const file = corpora('iglu-central/schemas/com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4');
  const schema = JSON.parse(readFileSync(file, 'utf8')) as { items: { properties: Record<string, unknown> } };
  const allowed = parameters.filter(({ inBody }) => inBody).map(({ key }) => key);
  expect([...allowed].sort()).toEqual(Object.keys(schema.items.properties).sort());
});
