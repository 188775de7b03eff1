/** Set by `npm run fuzz -- --properties`: how many times as often as usual properties are tried. */
const FACTOR = Number(process.env['PROPERTY_FACTOR'] ?? 1);

/** fast-check's `numRuns` of a property that is usually tried so often. */
export const scaledRuns = (usual: number): number => usual * FACTOR;
