import { LRUCache } from 'lru-cache';
import { compileSchema, type CompiledSchema } from './compile';
import { KeyMap } from './key-map';
import { lookUp } from './look-up';
import { igluUri, type SchemaKey } from './schema-key';
import type { SchemaSource } from './schema-source';

/** What is known of a schema. */
export type Resolution =
  | { readonly kind: 'usable'; readonly schema: CompiledSchema }
  | { readonly kind: 'missing'; readonly asked: readonly string[] }
  | { readonly kind: 'unusable'; readonly source: string; readonly reason: string };

/** The schemas of one batch, all looked up: what the rules ask, without waiting. */
export type Schemas = Pick<KeyMap<Resolution>, 'get'>;

/** How a look-up ended: in memory and fresh, in memory and renewed behind, asked for and found, unknown, an outage. */
export const lookUpResults = ['hit', 'stale', 'found', 'missing', 'unavailable'] as const;
export type LookUpResult = (typeof lookUpResults)[number];

export interface ResolverOptions {
  readonly sources: readonly SchemaSource[];
  /** Most compiled schemas in memory. */
  readonly maxSchemas: number;
  /** How long a schema is used before its sources are asked again, milliseconds. */
  readonly foundTtlMs: number;
  /** How long a schema counts as unknown, and a failed renewal is not tried again, milliseconds. */
  readonly missingTtlMs: number;
  /** Milliseconds on a clock that only goes forward. */
  readonly clock: () => number;
  readonly onLookUp?: (result: LookUpResult) => void;
}

/** Unknown keys cost a stranger nothing to make up: they have a cache of their own and cannot push schemas out. */
const MAX_MISSING = 10_000;
const MAX_PARALLEL_LOOK_UPS = 8;

/**
 * Finds and keeps compiled schemas. Once a schema is known it stays usable through any outage: when it is older than
 * `foundTtlMs` it is renewed in the background, and a failed renewal changes nothing.
 */
export class SchemaResolver {
  private readonly known: LRUCache<string, Resolution>;
  private readonly missing: LRUCache<string, Resolution>;
  private readonly underWay = new Map<string, Promise<Resolution>>();

  constructor(private readonly options: ResolverOptions) {
    const perf = { now: options.clock };
    this.known = new LRUCache({
      max: options.maxSchemas,
      ttl: options.foundTtlMs,
      ttlResolution: 0,
      allowStale: true,
      noDeleteOnStaleGet: true,
      perf,
    });
    this.missing = new LRUCache({ max: MAX_MISSING, ttl: options.missingTtlMs, ttlResolution: 0, perf });
  }

  /** Schemas in memory. */
  get size(): number {
    return this.known.size;
  }

  /**
   * Looks up all schemas that a batch needs.
   *
   * @throws {SchemaRegistryUnavailable} when one of them is not in memory and cannot be looked up
   */
  async resolve(keys: Iterable<SchemaKey>): Promise<Schemas> {
    const schemas = new KeyMap<Resolution>();
    const absent: SchemaKey[] = [];
    for (const key of keys) {
      const resolution = this.inMemory(igluUri(key), key);
      if (resolution) schemas.set(key, resolution);
      else absent.push(key);
    }
    if (absent.length > 0) await this.fetchAll(absent, schemas);
    return schemas;
  }

  private inMemory(uri: string, key: SchemaKey): Resolution | undefined {
    const resolution = this.known.get(uri);
    if (!resolution) return this.counted('hit', this.missing.get(uri));
    if (this.known.getRemainingTTL(uri) > 0) return this.counted('hit', resolution);
    // Not waited for; a failure has been counted, and the schema in memory stays in use.
    this.fetch(key).catch(() => this.known.set(uri, resolution, { ttl: this.options.missingTtlMs }));
    return this.counted('stale', resolution);
  }

  /** Some at a time, all to their end, so that no look-up fails unnoticed. */
  private async fetchAll(keys: readonly SchemaKey[], into: KeyMap<Resolution>): Promise<void> {
    const waiting = keys.values();
    const failures: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (const key of waiting) {
        if (failures.length > 0) return;
        await this.fetch(key).then(
          (resolution) => {
            into.set(key, resolution);
          },
          (error: unknown) => failures.push(error),
        );
      }
    };
    await Promise.all(Array.from({ length: Math.min(MAX_PARALLEL_LOOK_UPS, keys.length) }, worker));
    if (failures.length > 0) throw failures[0];
  }

  private fetch(key: SchemaKey): Promise<Resolution> {
    const uri = igluUri(key);
    const running = this.underWay.get(uri);
    if (running) return running;
    const look = this.lookUpAndKeep(uri, key).finally(() => this.underWay.delete(uri));
    this.underWay.set(uri, look);
    return look;
  }

  private async lookUpAndKeep(uri: string, key: SchemaKey): Promise<Resolution> {
    const found = await lookUp(this.options.sources, key).catch((error: unknown) => {
      this.options.onLookUp?.('unavailable');
      throw error;
    });
    if (found.kind === 'missing') {
      this.known.delete(uri);
      this.missing.set(uri, found);
      this.options.onLookUp?.('missing');
      return found;
    }
    const resolution = ready(found.document, found.source);
    this.missing.delete(uri);
    this.known.set(uri, resolution);
    this.options.onLookUp?.('found');
    return resolution;
  }

  private counted(result: LookUpResult, resolution: Resolution | undefined): Resolution | undefined {
    if (resolution) this.options.onLookUp?.(result);
    return resolution;
  }
}

/** A published schema that cannot be compiled is nobody's outage: its events fail, and can be replayed once it is mended. */
function ready(document: object, source: string): Resolution {
  try {
    return { kind: 'usable', schema: compileSchema(document) };
  } catch (error) {
    return { kind: 'unusable', source, reason: error instanceof Error ? error.message : String(error) };
  }
}
