import { goBinary } from '@headwater/stack';

/** Helm at a pinned version: from the cache, or built by `go install`, which takes a minute or two. Throws a sentence with the fix. */
export const helmBinary = (): Promise<string> =>
  goBinary({ name: 'helm', path: 'helm.sh/helm/v3/cmd/helm', version: 'v3.22.0' }, console.error);
