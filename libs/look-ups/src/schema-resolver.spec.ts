import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_MISSING_IN_BATCH, type LookUpResult, type SchemaKey } from '@headwater/validation';
import { igluConfig } from './iglu-config';
import { openResolver, type OpenResolver } from './schema-resolver';

const key = (name: string, version = [1, 0, 0], vendor = 'com.acme'): SchemaKey => {
  const [model = 1, revision = 0, addition = 0] = version;
  return { vendor, name, format: 'jsonschema', model, revision, addition };
};
const pathOf = ({ vendor, name, format, model, revision, addition }: SchemaKey): string =>
  `${vendor}/${name}/${format}/${model}-${revision}-${addition}`;
const documentOf = (of: SchemaKey, body: object): string => {
  const [vendor, name, format, version] = pathOf(of).split('/');
  return JSON.stringify({ self: { vendor, name, format, version }, ...body });
};

type Answer = (path: string, response: ServerResponse) => void;
const unknown: Answer = (_path, response) => response.writeHead(404).end();
const broken: Answer = (_path, response) => response.writeHead(500).end();
const silent: Answer = () => undefined;
const page: Answer = (_path, response) => response.writeHead(200).end('<html>sign in</html>');
const having =
  (of: SchemaKey, body: object): Answer =>
  (path, response) => {
    if (path.endsWith(pathOf(of))) response.writeHead(200).end(documentOf(of, body));
    else response.writeHead(404).end();
  };

/** A registry on this machine. */
class Registry {
  answer: Answer = unknown;
  readonly asked: string[] = [];
  private readonly server: Server = createServer((request, response) => {
    this.asked.push(request.url ?? '');
    this.answer(request.url ?? '', response);
  });

  async start(): Promise<void> {
    await new Promise<void>((ready) => this.server.listen(0, '127.0.0.1', ready));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

describe('schemas over two registries and a folder', () => {
  let first: Registry;
  let second: Registry;
  let folder: string;
  let open: OpenResolver;
  let results: LookUpResult[];

  beforeEach(async () => {
    [first, second] = [new Registry(), new Registry()];
    await Promise.all([first.start(), second.start()]);
    folder = await mkdtemp(join(tmpdir(), 'schemas-'));
    results = [];
    const iglu = igluConfig.parse({
      folders: [folder],
      registries: [
        { name: 'second', url: second.url, priority: 20, allowPrivate: true, vendorPrefixes: ['org.second'] },
        { name: 'first', url: first.url, kind: 'server', apiKey: 's3cret', priority: 10, allowPrivate: true },
      ],
      timeoutMs: 300,
      missingSeconds: 0.2,
      foundMinutes: 0.2 / 60,
    });
    open = openResolver(iglu, (result) => results.push(result));
  });
  afterEach(async () => {
    await open.close();
    await Promise.all([first.stop(), second.stop(), rm(folder, { recursive: true })]);
  });

  const resolve = async (wanted: SchemaKey) => (await open.resolver.resolve([wanted])).get(wanted);
  const isText = { type: 'string' };
  const isNumber = { type: 'number' };
  const accepted = async (wanted: SchemaKey): Promise<string> => {
    const resolution = await resolve(wanted);
    if (resolution?.kind !== 'usable') return resolution?.kind ?? 'nothing';
    return resolution.schema.violations('text').length === 0 ? 'text' : 'number';
  };
  const intoFolder = async (of: SchemaKey, body: object): Promise<void> => {
    await mkdir(join(folder, pathOf(of), '..'), { recursive: true });
    await writeFile(join(folder, pathOf(of)), documentOf(of, body));
  };
  const passed = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

  it('are taken from the folder first', async () => {
    await intoFolder(key('click'), isText);
    first.answer = having(key('click'), isNumber);
    expect(await accepted(key('click'))).toBe('text');
    expect(first.asked).toEqual([]);
  });

  it('are taken from the registry of the lower number, and asked for in its own way', async () => {
    first.answer = having(key('click'), isText);
    second.answer = having(key('click'), isNumber);
    expect(await accepted(key('click'))).toBe('text');
    expect([first.asked, second.asked]).toEqual([['/api/schemas/com.acme/click/jsonschema/1-0-0'], []]);
  });

  it('are taken from the second when the first does not have them', async () => {
    second.answer = having(key('click'), isNumber);
    expect(await accepted(key('click'))).toBe('number');
    expect(second.asked).toEqual(['/schemas/com.acme/click/jsonschema/1-0-0']);
  });

  it('are taken first of all from the registry of their vendor', async () => {
    const theirs = key('click', [1, 0, 0], 'org.second.web');
    first.answer = having(theirs, isText);
    second.answer = having(theirs, isNumber);
    expect(await accepted(theirs)).toBe('number');
    expect(first.asked).toEqual([]);
  });

  it.each<[string, Answer]>([
    ['an error', broken],
    ['silence', silent],
    ['a page', page],
  ])('are taken from the second when the first answers with %s', async (_case, answer) => {
    first.answer = answer;
    second.answer = having(key('click'), isNumber);
    expect(await accepted(key('click'))).toBe('number');
  });

  it.each<[string, Answer, Answer]>([
    ['the first is broken and the second has not', broken, unknown],
    ['the first has not and the second is broken', unknown, broken],
    ['the first is silent', silent, unknown],
    ['the second shows a page', unknown, page],
    ['both are broken', broken, silent],
  ])('are waited for when %s: that is no answer', async (_case, one, other) => {
    first.answer = one;
    second.answer = other;
    await expect(resolve(key('click'))).rejects.toMatchObject({
      code: 'E_SCHEMA_REGISTRY_UNAVAILABLE',
      retriable: true,
      message: expect.not.stringContaining('s3cret') as string,
    });
    first.answer = unknown;
    second.answer = unknown;
    expect(await accepted(key('click'))).toBe('missing');
  });

  it('are unknown for a while only, and an outage does not make them so', async () => {
    expect(await accepted(key('click'))).toBe('missing');
    first.answer = broken;
    expect(await accepted(key('click'))).toBe('missing');
    await passed(250);
    await expect(resolve(key('click'))).rejects.toMatchObject({ retriable: true });
    first.answer = having(key('click'), isText);
    expect(await accepted(key('click'))).toBe('text');
  });

  it('stay in use through an outage', async () => {
    first.answer = having(key('click'), isText);
    expect(await accepted(key('click'))).toBe('text');
    first.answer = silent;
    second.answer = broken;
    await passed(250);
    expect(await accepted(key('click'))).toBe('text');
    await passed(400);
    expect(await accepted(key('click'))).toBe('text');
    expect(results).toContain('unavailable');
  });

  it.each<[string, readonly [number, number, number]]>([
    ['a later addition', [1, 0, 1]],
    ['an earlier revision', [1, 0, 0]],
    ['another model', [2, 1, 0]],
  ])('are not taken for %s: only the very version counts', async (_case, version) => {
    await intoFolder(key('click', [1, 1, 0]), isText);
    expect(await accepted(key('click', [1, 1, 0]))).toBe('text');
    expect(await accepted(key('click', [...version]))).toBe('missing');
  });

  it('are followed to another source when they are superseded', async () => {
    await intoFolder(key('click'), { ...isText, $supersededBy: '1-0-1' });
    second.answer = having(key('click', [1, 0, 1]), isNumber);
    expect(await accepted(key('click'))).toBe('number');
  });

  it('do not wait for a flood of invented ones', async () => {
    await intoFolder(key('click'), isText);
    const slow: Answer = (_path, response) => {
      setTimeout(() => response.writeHead(404).end(), 100);
    };
    first.answer = slow;
    second.answer = slow;
    const flood = Array.from({ length: 5_000 }, (_, index) => key(`invented${index}`));
    const schemas = await open.resolver.resolve([...flood, key('click')]);
    expect(first.asked.length).toBeLessThan(MAX_MISSING_IN_BATCH + 32);
    expect(results.filter((result) => result === 'refused').length).toBeGreaterThan(4_500);
    expect(schemas.get(key('click'))?.kind).toBe('usable');
  });
});
