/** Base images that are named by a tag, and why. */
const reviewedTags: Readonly<Record<string, string>> = {
  'node:24-slim':
    'No registry of images could be asked when this was written. Replace it by node:24.x.y-slim@sha256:… where you can.',
};

/** Stages of a Dockerfile that begin with something that can change under them: a sentence each. */
export function baseImageProblems(dockerfile: string): readonly string[] {
  const stages = new Set<string>();
  return [...dockerfile.matchAll(/^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)].flatMap(
    ([, image = '', stage]) => {
      const isStage = stages.has(image);
      if (stage !== undefined) stages.add(stage);
      if (isStage || /@sha256:[0-9a-f]{64}$/.test(image) || image in reviewedTags) return [];
      return [`The Dockerfile begins with ${image}, which can change: name it by its digest (…@sha256:…).`];
    },
  );
}
