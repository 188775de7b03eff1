import { readFileSync } from 'node:fs';
import { corpora } from '@headwater/testing';
import { maxLengths } from './atomic-lengths';

it('has the limits of the canonical event', () => {
  const file = corpora('iglu-central', 'schemas/com.snowplowanalytics.snowplow/atomic/jsonschema/1-0-0');
  const canonical = JSON.parse(readFileSync(file, 'utf8')) as {
    properties: Record<string, { maxLength?: number }>;
  };
  const limits: Readonly<Record<string, number>> = maxLengths;
  const shared = Object.entries(limits).filter(
    ([field]) => canonical.properties[field]?.maxLength !== undefined,
  );
  expect(shared.length).toBeGreaterThan(55);
  for (const [field, limit] of shared)
    expect([field, limit]).toEqual([field, canonical.properties[field]?.maxLength]);
});
