import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Log } from '../client/log';

const VERSION = 1;

/** What a file of known ids holds. */
const contents = z.object({
  version: z.literal(VERSION),
  /** Registry subject → fingerprint of a schema → its id. */
  subjects: z.record(z.string(), z.record(z.string(), z.number().int())),
  /** Id → schema, of writers that this version is not. */
  schemas: z.record(z.string(), z.record(z.string(), z.unknown())),
});
type Contents = z.infer<typeof contents>;

const nothing = (): Contents => ({ version: VERSION, subjects: {}, schemas: {} });

/** SHA-256 over the JSON text of a schema, hex. */
export const fingerprintOf = (schema: object): string =>
  createHash('sha256').update(JSON.stringify(schema)).digest('hex');

/**
 * Which ids the registry gave which schemas, kept in a file: what a service has to know to start while the registry is
 * down. A seed, for example a mounted ConfigMap, is read beneath it and never written.
 *
 * Never throws: a file that cannot be read or written is told of once, and the service depends on the registry, as it
 * would without a file.
 */
export class KnownIds {
  private known: Contents | null = null;
  private told = false;

  constructor(
    private readonly files: { readonly path?: string | undefined; readonly seed?: string | undefined },
    private readonly log: Log,
  ) {}

  /** Null when the id was never learnt. */
  idOf(subject: string, schema: object): number | null {
    return this.all().subjects[subject]?.[fingerprintOf(schema)] ?? null;
  }

  schemaOf(id: number): Readonly<Record<string, unknown>> | null {
    return this.all().schemas[String(id)] ?? null;
  }

  rememberId(subject: string, schema: object, id: number): void {
    if (this.idOf(subject, schema) === id) return;
    this.remember({ ...nothing(), subjects: { [subject]: { [fingerprintOf(schema)]: id } } });
  }

  rememberSchema(id: number, schema: Readonly<Record<string, unknown>>): void {
    if (this.schemaOf(id) !== null) return;
    this.remember({ ...nothing(), schemas: { [String(id)]: schema } });
  }

  private all(): Contents {
    const { path, seed } = this.files;
    return (this.known ??= merged(this.read(seed), this.read(path)));
  }

  private remember(fresh: Contents): void {
    this.known = merged(this.all(), fresh);
    const { path } = this.files;
    if (path === undefined) return;
    try {
      mkdirSync(dirname(path), { recursive: true });
      // Another process may have learnt something meanwhile.
      const text = JSON.stringify(merged(this.read(path), this.known), null, 2);
      const draft = `${path}.${String(process.pid)}.new`;
      writeFileSync(draft, `${text}\n`);
      renameSync(draft, path);
    } catch (error) {
      this.tell(error, `What the registry said cannot be kept in ${path}`);
    }
  }

  private read(path: string | undefined): Contents {
    if (path === undefined) return nothing();
    try {
      return contents.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.tell(error, `${path} cannot be read as a file of schema ids, and counts as empty`);
      return nothing();
    }
  }

  private tell(error: unknown, what: string): void {
    if (this.told) return;
    this.told = true;
    this.log.warn(
      { err: error },
      `${what}. The service cannot start now while the registry is down. Check REGISTRY__IDS_FILE and that its folder can be written.`,
    );
  }
}

function merged(beneath: Contents, above: Contents): Contents {
  const subjects = { ...beneath.subjects };
  for (const [subject, ids] of Object.entries(above.subjects))
    subjects[subject] = { ...subjects[subject], ...ids };
  return { version: VERSION, subjects, schemas: { ...beneath.schemas, ...above.schemas } };
}
