import { readFileSync } from 'node:fs';
import { flagParameters, plainParameters, sizeParameters } from '@headwater/contracts';
import { corpora } from '@headwater/testing';

it('uses parameters that the tracker protocol has', () => {
  const file = corpora(
    'iglu-central',
    'schemas/com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4',
  );
  const { items } = JSON.parse(readFileSync(file, 'utf8')) as {
    items: { properties: Record<string, unknown> };
  };
  const names = [plainParameters, flagParameters, sizeParameters].flatMap((table) => Object.keys(table));
  for (const name of [...names, 'e', 'ue_pr', 'co']) expect(Object.keys(items.properties)).toContain(name);
});
