import { LRUCache } from 'lru-cache';
import { compileSchema, type CompiledSchema } from './compile';
import { KeyMap } from './key-map';
import { lookUp } from './look-up';
import { igluUri, type SchemaKey } from './schema-key';
import type { SchemaSource } from './schema-source';
import { MAX_HOPS, superseding } from './superseding';

/** What is known of a schema. */
export type Resolution =
  | {
      readonly kind: 'usable';
      readonly schema: CompiledSchema;
      /** The version that `schema` is, when it supersedes the one asked for. */
      readonly supersededBy?: SchemaKey;
    }
  | { readonly kind: 'missing'; readonly asked: readonly string[] }
  | { readonly kind: 'unusable'; readonly source: string; readonly reason: string }
  /** Not asked for: the batch named too many schemas that nobody has. */
  | { readonly kind: 'not-asked'; readonly unknown: number };

/** The schemas of one batch, all looked up: what the rules ask, without waiting. */
export interface Schemas {
  readonly get: (key: SchemaKey) => Resolution | undefined;
  /** False when no schema of the batch is superseded by another, which spares looking. */
  readonly anySuperseded?: boolean;
}

/** How a look-up ended: in memory and fresh, in memory and renewed behind, asked for and found, unknown, an outage; not asked for. */
export const lookUpResults = ['hit', 'stale', 'found', 'missing', 'unavailable', 'refused'] as const;
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
 * When so many schemas of one batch turned out to be unknown and asking has taken this long, the rest of the batch is not
 * asked for any more, but for what is near. Somebody who sends events with invented schemas could otherwise make every
 * other event wait for thousands of answers.
 */
export const MAX_MISSING_IN_BATCH = 64;
export const MAX_ASKING_MS = 1_000;

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
    return { get: (key) => schemas.get(key), anySuperseded: isAnySuperseded(schemas) };
  }

  private inMemory(uri: string, key: SchemaKey): Resolution | undefined {
    const resolution = this.known.get(uri);
    if (!resolution) return this.counted('hit', this.missing.get(uri));
    if (this.known.getRemainingTTL(uri) > 0) return this.counted('hit', resolution);
    // Not waited for; a failure has been counted, and the schema in memory stays in use.
    this.fetch(key).catch(() => this.known.set(uri, resolution, { ttl: this.options.missingTtlMs }));
    return this.counted('stale', resolution);
  }

  /**
   * Some at a time, all to their end, so that no look-up fails unnoticed. Schemas of a family that is known come first:
   * a new version of a real one does not stand behind invented names.
   */
  private async fetchAll(keys: readonly SchemaKey[], into: KeyMap<Resolution>): Promise<void> {
    const waiting = this.likelyFirst(keys).values();
    const failures: unknown[] = [];
    let unknown = 0;
    const until = this.options.clock() + MAX_ASKING_MS;
    const isFlooded = (): boolean => unknown >= MAX_MISSING_IN_BATCH && this.options.clock() >= until;
    const worker = async (): Promise<void> => {
      for (const key of waiting) {
        if (failures.length > 0) return;
        await (isFlooded() ? this.fetchNear(key, unknown) : this.fetch(key)).then(
          (resolution) => {
            if (resolution.kind === 'missing') unknown += 1;
            into.set(key, resolution);
          },
          (error: unknown) => failures.push(error),
        );
      }
    };
    await Promise.all(Array.from({ length: Math.min(MAX_PARALLEL_LOOK_UPS, keys.length) }, worker));
    if (failures.length > 0) throw failures[0];
  }

  /** What the sources that are near say: a flood of invented schemas does not hide what lies on the own disk. */
  private async fetchNear(key: SchemaKey, unknown: number): Promise<Resolution> {
    const near = this.options.sources.filter((source) => source.isNear);
    const found = await lookUp(near, key);
    if (found.kind === 'found') return await this.fetch(key);
    this.options.onLookUp?.('refused');
    return { kind: 'not-asked', unknown };
  }

  private likelyFirst(keys: readonly SchemaKey[]): readonly SchemaKey[] {
    if (keys.length <= MAX_MISSING_IN_BATCH) return keys;
    const families = new Set<string>();
    const vendors = new Set<string>();
    for (const uri of this.known.keys()) {
      const [vendor = '', name = ''] = uri.split('/');
      families.add(`${vendor}/${name}`);
      vendors.add(vendor);
    }
    const rank = ({ vendor, name }: SchemaKey): number =>
      families.has(`iglu:${vendor}/${name}`) ? 0 : vendors.has(`iglu:${vendor}`) ? 1 : 2;
    return keys.toSorted((one, other) => rank(one) - rank(other));
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
    const resolution = await this.lookUpFollowing(key).catch((error: unknown) => {
      this.options.onLookUp?.('unavailable');
      throw error;
    });
    if (resolution.kind === 'missing') {
      this.known.delete(uri);
      this.missing.set(uri, resolution);
      this.options.onLookUp?.('missing');
      return resolution;
    }
    this.missing.delete(uri);
    this.known.set(uri, resolution);
    this.options.onLookUp?.('found');
    return resolution;
  }

  /** What a key stands for, following the versions that supersede each other; each is later than the one before. */
  private async lookUpFollowing(key: SchemaKey): Promise<Resolution> {
    let current = key;
    for (let hops = 0; ; hops += 1) {
      const found = await lookUp(this.options.sources, current);
      if (found.kind === 'missing') {
        if (hops === 0) return found;
        const reason = `it is superseded by ${igluUri(current)}, which nobody has`;
        return { kind: 'unusable', source: found.asked.join(', '), reason };
      }
      try {
        const next = superseding(current, found.document);
        if (next === null) {
          const schema = compileSchema(found.document);
          return hops === 0 ? { kind: 'usable', schema } : { kind: 'usable', schema, supersededBy: current };
        }
        if (hops === MAX_HOPS) throw new Error(`more than ${MAX_HOPS} versions supersede one another`);
        current = next;
      } catch (error) {
        // A published schema that cannot be used is nobody's outage: its events fail, and can be replayed once it is mended.
        return { kind: 'unusable', source: found.source, reason: (error as Error).message };
      }
    }
  }

  private counted(result: LookUpResult, resolution: Resolution | undefined): Resolution | undefined {
    if (resolution) this.options.onLookUp?.(result);
    return resolution;
  }
}

function isAnySuperseded(schemas: KeyMap<Resolution>): boolean {
  for (const resolution of schemas.values())
    if (resolution.kind === 'usable' && resolution.supersededBy) return true;
  return false;
}
