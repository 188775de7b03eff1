import { createHash } from 'node:crypto';

/** The parts of a CycloneDX document that are touched. https://cyclonedx.org/docs/1.5/json/ */
export interface Sbom {
  serialNumber?: string;
  metadata: { timestamp?: string; readonly component?: object };
  readonly components: readonly Component[];
  readonly dependencies?: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

/**
 * The same document with nothing in it that differs between two runs on the same lockfile: npm writes the time and a random
 * number, and lists packages as it meets them.
 *
 * @param timestamp when the release was made, ISO 8601; left out when null
 */
export function reproducible(sbom: Sbom, timestamp: string | null): Sbom {
  const { metadata, components, dependencies } = sbom;
  const content = {
    ...without(sbom, 'serialNumber'),
    metadata: { ...without(metadata, 'timestamp'), ...(timestamp === null ? {} : { timestamp }) },
    components: [...components].sort(by(({ 'bom-ref': ref }) => ref)),
    ...(dependencies === undefined
      ? {}
      : {
          dependencies: dependencies
            .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: [...dependsOn].sort() }))
            .sort(by(({ ref }) => ref)),
        }),
  };
  return { ...content, serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}` };
}

const without = <T extends object, K extends keyof T & string>(object: T, key: K): Omit<T, K> =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as Omit<T, K>;

/**
 * The part of a document that is about some packages, by `name@version`. npm's own `--omit dev` also leaves out packages that ship
 * and that something for development needs as a peer (npm 11.19: zod, yaml, lru-cache, @clickhouse/client here).
 */
export function only(sbom: Sbom, wanted: ReadonlySet<string>): Sbom {
  const components = sbom.components.filter(({ name, version }) => wanted.has(`${name}@${version}`));
  const gone = new Set(sbom.components.map(({ 'bom-ref': ref }) => ref));
  for (const { 'bom-ref': ref } of components) gone.delete(ref);
  return {
    ...sbom,
    components,
    ...(sbom.dependencies === undefined
      ? {}
      : {
          dependencies: sbom.dependencies
            .filter(({ ref }) => !gone.has(ref))
            .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((on) => !gone.has(on)) })),
        }),
  };
}

const by =
  <T>(key: (item: T) => string) =>
  (a: T, b: T): number =>
    key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;

/** A UUID of version 8 (RFC 9562: free for one's own use) from a text. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** What a document leaves out, or says too much of: a sentence each. @param shipped `name@version` of what ships */
export function sbomProblems({ components }: Sbom, shipped: ReadonlySet<string>): readonly string[] {
  const listed = new Set(components.map(({ name, version }) => `${name}@${version}`));
  return [
    ...[...shipped].filter((name) => !listed.has(name)).map((name) => `The list of parts lacks ${name}.`),
    ...[...listed]
      .filter((name) => !shipped.has(name))
      .map((name) => `The list of parts names ${name}, which does not ship.`),
    ...components
      .filter(({ hashes = [] }) => !hashes.some(({ alg }) => alg === 'SHA-512'))
      .map(({ name, version }) => `The list of parts has no SHA-512 of ${name}@${version}.`),
  ];
}
