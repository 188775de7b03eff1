import type { FailedEvent } from '@headwater/contracts';
import { createEnricher, createPseudonyms } from '@headwater/enrichment';
import { ServiceError } from '@headwater/stage';
import { aCollectorPayload, aReplay, aTrackerEvent, tp2Body } from '@headwater/testing';
import { SchemaResolver, type SchemaSource } from '@headwater/validation';
import { createJudge, type Judge, type Verdict } from './judge';

const schema = {
  self: { vendor: 'com.acme', name: 'order', format: 'jsonschema', version: '1-0-0' },
  type: 'object',
  properties: { total: { type: 'number' } },
  required: ['total'],
};

const source: SchemaSource = {
  name: 'test',
  priority: 0,
  vendorPrefixes: [],
  fetch: ({ vendor }) =>
    Promise.resolve(vendor === 'com.acme' ? { kind: 'found', document: schema } : { kind: 'missing' }),
};

const judgeOver = (...sources: readonly SchemaSource[]): Judge =>
  createJudge({
    enricher: createEnricher({
      processor: 'headwater-test/1',
      lookUps: {
        countryOf: () => null,
        pseudonyms: createPseudonyms([{ id: 'test-1', secret: 'x'.repeat(32) }]),
        markedPaths: () => [],
      },
    }),
    resolver: new SchemaResolver({
      sources,
      maxSchemas: 10,
      foundTtlMs: 60_000,
      missingTtlMs: 60_000,
      clock: () => 0,
    }),
    processor: 'headwater-test/1',
  });

const order = (data: unknown, name = 'order'): string =>
  JSON.stringify({
    schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
    data: { schema: `iglu:com.acme/${name}/jsonschema/1-0-0`, data },
  });
const sending = (...orders: readonly unknown[]) =>
  aCollectorPayload({
    user_agent: null,
    body: tp2Body(...orders.map((data) => aTrackerEvent({ e: 'ue', ue_pr: order(data) }))),
  });

const failureOf = (verdict: Verdict | undefined): FailedEvent | null =>
  verdict?.kind === 'failed' ? verdict.value : null;

describe('the judge', () => {
  it('says of each event of a payload what enricher and validator would', async () => {
    const verdicts = await judgeOver(source).payload(sending({ total: 1 }, { total: 'one' }, {}));
    expect(verdicts.map(({ kind }) => kind)).toEqual(['ok', 'failed', 'failed']);
    expect(
      verdicts.map((verdict) => failureOf(verdict)?.failures?.map(({ path, keyword }) => [path, keyword])),
    ).toEqual([undefined, [['/total', 'type']], [['', 'required']]]);
  });

  it('hands on what the enricher failed', async () => {
    const [verdict] = await judgeOver(source).payload(
      aCollectorPayload({ user_agent: null, body: tp2Body(aTrackerEvent({ res: 'wide' })) }),
    );
    expect(failureOf(verdict)).toMatchObject({
      stage: 'enricher',
      failure_type: 'tracker_protocol_violation',
    });
  });

  it('judges a replay', async () => {
    const replay = aReplay({
      parameters: { ...aReplay().parameters, e: 'ue', ue_pr: order({ total: 'one' }) },
    });
    expect(failureOf(await judgeOver(source).replay(replay))).toMatchObject({
      stage: 'validator',
      failure_type: 'schema_violation',
      replay_of: replay.failed_id,
    });
    const repaired = { ...replay, parameters: { ...replay.parameters, ue_pr: order({ total: 1 }) } };
    expect(await judgeOver(source).replay(repaired)).toMatchObject({
      kind: 'ok',
      value: { replay_of: replay.failed_id },
    });
  });

  it('does not judge while a registry is down', async () => {
    const down: SchemaSource = {
      ...source,
      fetch: () => Promise.resolve({ kind: 'unreachable', reason: 'does not answer' }),
    };
    await expect(judgeOver(down).payload(sending({ total: 1 }))).rejects.toBeInstanceOf(ServiceError);
  });
});
