import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@headwater/contracts';
import { eventually, Headwater } from './harness';
import { sendSteadily } from './load';

const EVENTS_PER_SECOND = 400;

describe('a crash under load', () => {
  let headwater: Headwater;

  beforeAll(async () => {
    headwater = await Headwater.start({ without: ['quality-monitor'] });
  });

  afterAll(async () => {
    await headwater.stop();
  });

  it.each<ServiceName>(['enricher', 'validator', 'loader', 'collector'])(
    'of the %s by kill -9 loses nothing and doubles nothing',
    async (name) => {
      const appId = `crash-${name}-${randomUUID().slice(0, 8)}`;
      const load = sendSteadily(headwater.collectorUrl, appId, EVENTS_PER_SECOND);
      await sleep(3000);
      await headwater.pipeline.service(name).kill();
      await sleep(1000);
      await headwater.pipeline.service(name).start();
      await sleep(5000);
      const { accepted, bad } = await load.stop();

      const stored = () =>
        headwater.query<{ event_id: string; copies: string }>(
          'SELECT toString(event_id) AS event_id, toString(count()) AS copies FROM events_stored WHERE app_id = {appId:String} GROUP BY event_id',
          { appId },
        );
      const good = await eventually(stored, (rows) => rows.length >= accepted.size - bad.size, 90_000);
      const failed = await eventually(
        () => headwater.failedEventsOf(appId),
        (rows) => rows.length >= bad.size,
        60_000,
      );

      expect(accepted.size).toBeGreaterThan(EVENTS_PER_SECOND * 3);
      expect(good.filter(({ copies }) => copies !== '1')).toEqual([]);
      const found = new Set(good.map(({ event_id }) => event_id));
      const dead = new Set(failed.map((row) => String(row['event_id'])));
      expect([...accepted].filter((id) => !found.has(id) && !dead.has(id))).toEqual([]);
      expect([...found].filter((id) => dead.has(id))).toEqual([]);
      expect([...dead].sort()).toEqual([...bad].sort());
      expect(failed).toHaveLength(bad.size);
    },
    180_000,
  );
});
