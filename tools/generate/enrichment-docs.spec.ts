import { enrichments, readEnrichmentSettings } from '@headwater/enrichment';
import { parse } from 'yaml';
import { enrichmentDocs } from './enrichment-docs';

const [file] = enrichmentDocs();
const page = file?.content ?? '';

it('has a section with reads, sets and an example for every enrichment, in their order', () => {
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(['Settings', ...enrichments.map(({ name }) => name)]);
  for (const section of page.split(/^## /m).slice(2)) {
    expect(section).toMatch(/\nReads .*\. Sets .*\./);
    expect(section.match(/```json/g)).toHaveLength(2);
  }
});

it('names every setting of every enrichment with its variable', () => {
  const settings = enrichments.flatMap(({ config }) => Object.keys(config.shape));
  expect(page.match(/^\| `ENRICHMENTS__/gm)).toHaveLength(settings.length + 3);
  expect(page).toContain('| `ENRICHMENTS__TIME_QUALITY__LATE_AFTER_MS` | number | `3600000` |');
});

it('shows a file of settings that is right', () => {
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(page) ?? [];
  const { settings, problems } = readEnrichmentSettings(parse(yaml));
  expect([Object.keys(settings), problems]).toEqual([['botDetection', 'referrer', 'campaign'], []]);
});
