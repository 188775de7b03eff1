import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemas, topics, type EnrichedEvent } from '@headwater/contracts';
import { isUndecodable, type Batch, type Routed } from '@headwater/stage';
import { aFailedEvent, anEnrichedEvent } from '@headwater/testing';
import { HttpGate } from '../../kafka-tests/http-gate-setup';
import { endpoints, eventually, Installation } from '../../kafka-tests/installation-setup';
import { TransactionalServer } from '../consumer/transactional-server';
import { RegistryUnavailable } from '../errors';
import { TopicWriter } from '../producer/topic-writer';

const { enrichedEvents, failedEvents, validEvents } = topics;

const copy = (batch: Batch<object>): Routed => ({
  outputs: batch.records.map((record) =>
    isUndecodable(record)
      ? { topic: failedEvents, value: aFailedEvent() }
      : { topic: validEvents, value: record.value },
  ),
  complete: () => [],
});

/** The id of an older version of the schema of enriched events, registered under the subject. */
const OLDER = { ...schemas.EnrichedEvent, doc: 'As an older version had it.' };

describe('a start while the registry is down', () => {
  let folder: string;
  let idsFile: string;
  let at: Installation;
  let gate: HttpGate;
  const opened: Installation[] = [];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-ids-'));
    idsFile = join(folder, 'ids.json');
    at = await Installation.create();
    gate = await HttpGate.to(endpoints().registryUrl);
  });
  afterEach(async () => {
    await Promise.all([at, ...opened.splice(0)].map((each) => each.close()));
    await gate.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const behindGate = async (file: string = idsFile): Promise<Installation> => {
    const where = { ...endpoints(), registryUrl: gate.url, idsFile: file };
    const installation = await Installation.open(at.prefix, where);
    opened.push(installation);
    return installation;
  };
  const validIds = async (): Promise<string[]> =>
    (await at.readValues<EnrichedEvent>(validEvents)).map(({ event_id }) => event_id).sort();

  async function registerOlder(): Promise<number> {
    const answer = await fetch(
      `${endpoints().registryUrl}/subjects/${at.prefix}${enrichedEvents.name}-value/versions`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
        body: JSON.stringify({ schema: JSON.stringify(OLDER) }),
      },
    );
    return ((await answer.json()) as { id: number }).id;
  }

  it('goes on from the ids that were learnt before, also those of other writers, and confirms them later', async () => {
    const olderId = await registerOlder();
    const older = (event_id: string): Buffer => {
      const value = at.encode(enrichedEvents, anEnrichedEvent({ event_id }));
      value.writeInt32BE(olderId, 1);
      return value;
    };
    const before = await behindGate();
    const first = await before.start(
      new TransactionalServer(before.options('validator')),
      enrichedEvents,
      copy,
    );
    await at.produceRaw(enrichedEvents, [{ partition: 0, value: older('before') }]);
    await eventually(async () => (await validIds()).length === 1, 'an id of another writer was learnt');
    await first.close();

    gate.open = false;
    const after = await behindGate();
    await after.start(new TransactionalServer(after.options('validator')), enrichedEvents, copy);
    await at.produce(enrichedEvents, [anEnrichedEvent({ event_id: 'own' })], 1);
    await at.produceRaw(enrichedEvents, [{ partition: 0, value: older('other') }]);
    await eventually(async () => (await validIds()).length === 3, 'it works without a registry');
    expect(await validIds()).toEqual(['before', 'other', 'own']);

    // What nobody has learnt waits, and is no failed event.
    const unknown = at.encode(enrichedEvents, anEnrichedEvent());
    unknown.writeInt32BE(999_999, 1);
    await at.produceRaw(enrichedEvents, [{ partition: 2, value: unknown }]);
    await eventually(
      async () => (await at.lag('validator', enrichedEvents)) === 1n,
      'only the unknown id is left',
    );
    expect(await at.readValues(failedEvents)).toEqual([]);

    gate.open = true;
    await eventually(
      async () => (await at.lag('validator', enrichedEvents)) === 0n,
      'the registry says what the id is',
    );
    expect(await at.readValues(failedEvents)).toHaveLength(1);
    expect(after.registry.trouble()).toBeNull();
  });

  it('waits when it has not learnt the ids', async () => {
    gate.open = false;
    await expect(behindGate(join(folder, 'none.json'))).rejects.toThrow(RegistryUnavailable);
  });

  /** Makes the file say that our schemas had other ids. */
  function changeIds(): void {
    const known = JSON.parse(readFileSync(idsFile, 'utf8')) as {
      subjects: Record<string, Record<string, number>>;
    };
    for (const ids of Object.values(known.subjects))
      for (const fingerprint of Object.keys(ids)) ids[fingerprint] = (ids[fingerprint] ?? 0) + 500_000;
    writeFileSync(idsFile, JSON.stringify(known));
  }

  it('stops reading and writing, loudly, when the registry turns out to be another one', async () => {
    await behindGate();
    changeIds();
    await expect(behindGate()).rejects.toThrow(/had the id \d+ under .* gives it the id \d+ now/);

    gate.open = false;
    const after = await behindGate();
    const server = await after.start(
      new TransactionalServer(after.options('validator')),
      enrichedEvents,
      copy,
    );
    const writer = new TopicWriter({ ...after.options('x'), topics: [enrichedEvents] });
    await writer.connect();
    gate.open = true;
    await eventually(() => after.registry.trouble() !== null, 'the ids were compared');
    await at.produce(enrichedEvents, [anEnrichedEvent()], 0);
    await eventually(
      () => server.notReady()?.includes('Records would be read under wrong schemas') ?? false,
      'it stops reading',
    );
    await expect(writer.write(enrichedEvents, anEnrichedEvent())).rejects.toMatchObject({
      code: 'E_REGISTRY_CHANGED',
      retriable: true,
    });
    expect(writer.ready()).toBe(false);
    await writer.drain();
    expect(await at.readValues(validEvents)).toEqual([]);
    expect(await at.readValues(failedEvents)).toEqual([]);
    expect((await at.committed('validator', enrichedEvents, 0)).offset).toBeNull();
    expect(after.fatal).toEqual([]);
  });
});
