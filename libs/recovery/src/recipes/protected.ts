/**
 * Parameters that identify a visitor, a device, a visit or a purchase, and the address. A failed event has pseudonyms of the
 * former and never the latter; a recipe that wrote one would bring a clear value behind the place where values are pseudonymised.
 */
const protectedParameters: ReadonlySet<string> = new Set([
  'uid',
  'duid',
  'nuid',
  'tnuid',
  'fp',
  'sid',
  'tid',
  'tr_id',
  'ti_id',
  'ip',
]);

export const isProtected = (parameter: string): boolean => protectedParameters.has(parameter);

/** Self-describing data in base64. A failed event has it as JSON; a recipe that wrote it could carry clear values unseen. */
const encodedParameters: ReadonlyMap<string, string> = new Map([
  ['ue_px', 'ue_pr'],
  ['cx', 'co'],
]);

/** Name of the parameter that takes the same as JSON; undefined for one that holds no base64. */
export const plainFormOf = (parameter: string): string | undefined => encodedParameters.get(parameter);
