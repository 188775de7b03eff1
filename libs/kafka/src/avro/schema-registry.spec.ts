import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemas, topics } from '@headwater/contracts';
import { silentLog } from '../client/log';
import { RegistryChanged, RegistryUnavailable, SchemaNotRegistered } from '../errors';
import { connectRegistry, type SchemaRegistry } from './schema-registry';
import type { TopicCodec } from './topic-codec';

const topic = topics.enrichedEvents;
const OWN = 5;
const FOREIGN = 9;

type Answer = readonly [status: number, body: object | string];
const gateway: Answer = [404, '<html>no such page</html>'];
const kong: Answer = [404, { message: 'no Route matched with those values' }];
const noSubject: Answer = [404, { error_code: 40401, message: "No artifact with ID 'x' was found." }];
const noSchema: Answer = [404, { error_code: 40403, message: 'The given schema does not match any schema' }];
const holds = (schema: object): Answer => [200, { schema: JSON.stringify(schema) }];

describe('a registry that answers', () => {
  let server: Server;
  let folder: string;
  /** To the question under which id our schema is, and to the one for a schema. */
  let own: Answer;
  let foreign: Answer;
  let asked: string[];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-registry-'));
    [own, foreign, asked] = [[200, { id: OWN }], noSchema, []];
    server = createServer((request, response) => {
      asked.push(`${String(request.method)} ${String(request.url)}`);
      const [status, body] = request.method === 'POST' ? own : foreign;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (): SchemaRegistry => {
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    return connectRegistry({ url, idsFile: join(folder, 'ids.json') }, { log: silentLog });
  };
  const codecOf = async (registry: SchemaRegistry): Promise<TopicCodec> => {
    const codec = (await registry.codecs('', [topic])).get(topic.name);
    if (!codec) throw new Error('no codec');
    return codec;
  };

  describe('at the start', () => {
    it.each([
      ['a page of a gateway', gateway],
      ['a 404 of a gateway in JSON', kong],
      ['a page with status 200', [200, '<html>Sign in</html>'] as Answer],
      ['an error', [500, { error_code: 50001 }] as Answer],
    ])('is not believed when the answer is %s: the ids of the file are taken', async (_case, answer) => {
      await codecOf(open());
      own = answer;
      expect((await codecOf(open())).id).toBe(OWN);
    });

    it.each([
      ['a page of a gateway', gateway],
      ['a 404 of a gateway in JSON', kong],
    ])('is waited for when the answer is %s and the ids are not known', async (_case, answer) => {
      own = answer;
      await expect(codecOf(open())).rejects.toThrow(RegistryUnavailable);
    });

    it.each([
      ['no such subject', noSubject],
      ['no such schema', noSchema],
    ])('is believed when it says itself: %s', async (_case, answer) => {
      own = answer;
      await expect(codecOf(open())).rejects.toThrow(SchemaNotRegistered);
    });
  });

  describe('for the schema of another writer', () => {
    const older = { ...schemas.EnrichedEvent, doc: 'As an older version had it.' };

    it('teaches it, and remembers it when the registry is gone', async () => {
      foreign = holds(older);
      const registry = open();
      const codec = await codecOf(registry);
      await registry.teach(codec, FOREIGN, '');
      expect(codec.whyNot(FOREIGN)).toBeNull();
      own = foreign = [500, {}];
      const next = open();
      const later = await codecOf(next);
      await next.teach(later, FOREIGN, '');
      expect(later.whyNot(FOREIGN)).toBeNull();
    });

    it.each([
      ['another record', holds(schemas.FailedEvent)],
      [
        'no Avro schema',
        [200, { schema: 'syntax = "proto3"; message A {}', schemaType: 'PROTOBUF' }] as Answer,
      ],
      ['one that is not allowed', holds({ type: 'record', name: 'a-b', fields: [] })],
      [
        'one whose parts it does not give',
        [200, { schema: 'import "b.proto"; message A {}', schemaType: 'PROTOBUF' }] as Answer,
      ],
      ['nothing', noSchema],
    ])('is asked again after a while when it says: %s', async (_case, answer) => {
      const registry = open();
      const codec = await codecOf(registry);
      foreign = answer;
      await registry.teach(codec, FOREIGN, '');
      expect([codec.asksFor(FOREIGN), codec.whyNot(FOREIGN)]).toEqual([false, expect.any(String)]);
      const now = performance.now();
      const clock = jest.spyOn(performance, 'now').mockReturnValue(now + 31_000);
      expect(codec.asksFor(FOREIGN)).toBe(true);
      clock.mockRestore();
      foreign = holds(older);
      await registry.teach(codec, FOREIGN, '');
      expect(codec.whyNot(FOREIGN)).toBeNull();
    });

    it.each([
      ['another record', holds(schemas.FailedEvent)],
      ['one that fits by chance', holds(older)],
      ['nothing', noSchema],
    ])('is not believed once it was reset, when it says: %s', async (_case, answer) => {
      const registry = open();
      const codec = await codecOf(registry);
      [own, foreign] = [[200, { id: OWN + 1 }], answer];
      await expect(registry.teach(codec, FOREIGN, '')).rejects.toThrow(RegistryChanged);
      own = noSubject;
      await expect(registry.teach(codec, FOREIGN, '')).rejects.toThrow(RegistryChanged);
      own = gateway;
      await expect(registry.teach(codec, FOREIGN, '')).rejects.toThrow(RegistryUnavailable);
      expect(codec.asksFor(FOREIGN)).toBe(true);
      // Restored: what it said in between is not kept.
      [own, foreign] = [[200, { id: OWN }], holds(older)];
      asked = [];
      await registry.teach(codec, FOREIGN, '');
      expect(codec.whyNot(FOREIGN)).toBeNull();
      expect(asked).toContain(`GET /schemas/ids/${String(FOREIGN)}`);
    });
  });
});
