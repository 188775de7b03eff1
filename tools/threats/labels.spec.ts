import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { StageCounter } from '@headwater/stage';

const root = resolve(__dirname, '../..');

/** What a label may be about: parts of the pipeline, apps, and reasons from closed lists. Nothing of a visitor. */
const allowed: ReadonlySet<string> = new Set([
  'app_id',
  'check',
  'code',
  'kind',
  'outcome',
  'partition',
  'reason',
  'result',
  'severity',
  'stage',
  'state',
  'table',
  'topic',
  'version',
]);

const sources = ['libs', 'services'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name)),
);

/** Every label of every metric, with the file that declares it. */
const labels = sources.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/labelNames\s*[:=]\s*\[([^\]]*)\]/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/'(\w+)'/g)].map(([, label = '']) => `${label} in ${relative(root, file)}`),
  ),
);

describe('what is counted', () => {
  it('no label says anything of a visitor', () => {
    expect(labels.length).toBeGreaterThan(20);
    expect(labels.filter((label) => !allowed.has(label.split(' ')[0] ?? ''))).toEqual([]);
  });

  it('no series is about more than an app and the name of an event', () => {
    const counter = new StageCounter({ stage: 'enricher', unit: 'event', source: 's', lag: null });
    counter.ok({
      app_id: 'shop',
      collector_tstamp: 0,
      event_name: 'page_view',
      platform: 'web',
      v_tracker: 'js-1',
      geo_country: 'GB',
      user_id: 'someone',
    } as Parameters<StageCounter['ok']>[0]);
    const about = counter.summaries().map(({ series }) => series?.split('=')[0]);
    expect(new Set(about)).toEqual(new Set(['total', 'event_name']));
  });
});
