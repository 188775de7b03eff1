import { parse } from 'yaml';

/** Images that are named by a tag that can move, and why. */
const reviewedTags: Readonly<Record<string, string>> = {
  'node:24-slim':
    'No registry of images could be asked when this was written. Replace it by node:24.x.y-slim@sha256:… where you can.',
  'clickhouse/clickhouse-server:26.3':
    'The same: only the line of long support is known here, not its newest patch. It runs beside Headwater and does not ship.',
};

const DIGEST = /@sha256:[0-9a-f]{64}$/;
/** `4.1.1`, `2.6.13.Final`: whoever publishes it does not move it. */
const EXACT_TAG = /:v?\d+\.\d+\.\d+[\w.-]*$/;

/** Stages of a Dockerfile that begin with something that can change under them: a sentence each. */
export function baseImageProblems(dockerfile: string): readonly string[] {
  const stages = new Set<string>();
  return [...dockerfile.matchAll(/^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)].flatMap(
    ([, image = '', stage]) => {
      const isStage = stages.has(image);
      if (stage !== undefined) stages.add(stage);
      if (isStage || DIGEST.test(image) || image in reviewedTags) return [];
      return [`The Dockerfile begins with ${image}, which can change: name it by its digest (…@sha256:…).`];
    },
  );
}

/**
 * Images that run beside Headwater and can change under it: a sentence each. They do not ship, so that an exact version will do.
 *
 * @param place the file that names them
 */
export const imageProblems = (place: string, images: readonly string[]): readonly string[] =>
  images
    .filter((image) => !DIGEST.test(image) && !EXACT_TAG.test(image) && !(image in reviewedTags))
    .map(
      (image) =>
        `${place} runs ${image}, which can change: name it by its digest (…@sha256:…) or an exact version.`,
    );

/** The images of a compose file that are not built from the checkout. */
export function imagesIn(compose: string): readonly string[] {
  const { services } = parse(compose, { merge: true }) as {
    readonly services: Readonly<Record<string, { readonly image?: string; readonly build?: unknown }>>;
  };
  return Object.values(services).flatMap(({ image, build }) =>
    image === undefined || build !== undefined ? [] : [image],
  );
}
