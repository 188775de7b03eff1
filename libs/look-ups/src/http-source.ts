import { Agent, request } from 'undici';
import { schemaVer, type SchemaAnswer, type SchemaKey, type SchemaSource } from '@headwater/validation';
import type { RegistryEntry } from './iglu-config';
import { publicLookup, urlProblem } from './guarded-address';

const MAX_SCHEMA_BYTES = 1024 * 1024;
const ROOTS = { static: 'schemas', server: 'api/schemas' } as const;

/** An Iglu registry over HTTP. A redirect, an error, a slow or too large answer is an outage; only 404 and 410 say "unknown". */
export function httpSource(
  entry: RegistryEntry,
  timeoutMs: number,
): SchemaSource & { close(): Promise<void> } {
  const agent = new Agent({
    connections: 8,
    connect: { timeout: timeoutMs, ...(entry.allowPrivate ? {} : { lookup: publicLookup }) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  return {
    name: entry.name,
    priority: entry.priority,
    vendorPrefixes: entry.vendorPrefixes,
    fetch: (key) => ask(agent, entry, key, timeoutMs),
    close: () => agent.close(),
  };
}

async function ask(
  agent: Agent,
  entry: RegistryEntry,
  key: SchemaKey,
  timeoutMs: number,
): Promise<SchemaAnswer> {
  const parts = [key.vendor, key.name, key.format, schemaVer(key)].map(encodeURIComponent);
  const url = new URL(`${entry.url.replace(/\/+$/, '')}/${ROOTS[entry.kind]}/${parts.join('/')}`);
  const problem = urlProblem(url, entry.allowPrivate);
  if (problem !== null) return { kind: 'unreachable', reason: `${problem}: correct it in IGLU__REGISTRIES` };
  try {
    const { statusCode, body } = await request(url, {
      dispatcher: agent,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/json',
        ...(entry.apiKey === undefined ? {} : { apikey: entry.apiKey }),
      },
    });
    if (statusCode !== 200) {
      await body.dump({ limit: MAX_SCHEMA_BYTES });
      return statusCode === 404 || statusCode === 410
        ? { kind: 'missing' }
        : { kind: 'unreachable', reason: `answered ${statusCode}` };
    }
    return await documentIn(body);
  } catch (error) {
    return { kind: 'unreachable', reason: `did not answer (${(error as Error).message})` };
  }
}

async function documentIn(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<SchemaAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_SCHEMA_BYTES) {
      body.destroy();
      return { kind: 'unreachable', reason: `answered with more than ${MAX_SCHEMA_BYTES} bytes` };
    }
    chunks.push(chunk);
  }
  try {
    return { kind: 'found', document: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return { kind: 'unreachable', reason: 'answered with something that is not JSON' };
  }
}
