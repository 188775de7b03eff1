import { readRegistry, type AppRegistry } from '@headwater/apps';
import { createKit, loadConfig } from '@headwater/service-kit';
import { aCollectorPayload, aTrackerEvent, tp2Body } from '@headwater/testing';
import { config } from './config';
import { openStrictJudge } from './strict-judge';

const settings = (env: Record<string, string> = {}) =>
  loadConfig(config, { KAFKA__BROKERS: 'kafka:9092', REGISTRY__URL: 'http://registry:8080', ...env });
const kit = createKit('collector', 'silent');
const registryOf = (app: object): AppRegistry => {
  const registry = readRegistry({ apps: [app] });
  if ('apps' in registry) return registry;
  throw new Error(registry.join('\n'));
};

it.each([
  ['by the header', { STRICT__ENABLED: 'true' }, null, true],
  ['for an app', {}, registryOf({ id: 'shop', strict: true }), true],
  ['by nobody', {}, registryOf({ id: 'shop' }), false],
  ['without a registry', {}, null, false],
])('is there where it can be asked for: %s', (_case, env, registry, isThere) => {
  expect(openStrictJudge(settings(env), kit, registry) !== null).toBe(isThere);
});

it('knows the schemas that come with Headwater', async () => {
  const judge = openStrictJudge(settings({ STRICT__ENABLED: 'true' }), kit, null);
  const click = (data: object): object =>
    aTrackerEvent({
      e: 'ue',
      ue_pr: JSON.stringify({
        schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
        data: { schema: 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1', data },
      }),
    });
  const verdicts = await judge?.payload(
    aCollectorPayload({
      body: tp2Body(aTrackerEvent(), click({ targetUrl: 'https://a.example/' }), click({})),
    }),
  );
  expect(verdicts?.map(({ kind }) => kind)).toEqual(['ok', 'ok', 'failed']);
  await judge?.close?.();
});
