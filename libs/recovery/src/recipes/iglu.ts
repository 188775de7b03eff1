/** `iglu:vendor/name/format/M-R-A`. */
const IGLU_URI = /^iglu:([\w.-]+)\/([\w.-]+)\/([\w.-]+)\/(\d{1,9})-(\d{1,9})-(\d{1,9})$/;
const CRITERION = /^iglu:([\w.-]+|\*)\/([\w.-]+|\*)\/([\w.-]+|\*)\/(\d{1,9}|\*)-(\d{1,9}|\*)-(\d{1,9}|\*)$/;

export const isIgluUri = (text: string): boolean => IGLU_URI.test(text);

/** A pattern of schema names: any part of `iglu:vendor/name/format/M-R-A` may be `*`. */
export interface Criterion {
  readonly text: string;
  readonly matches: (schema: unknown) => boolean;
}

/** @returns null for what is no criterion */
export function parseCriterion(text: string): Criterion | null {
  const wanted = CRITERION.exec(text)?.slice(1);
  if (!wanted) return null;
  const matches = (schema: unknown): boolean => {
    const parts = typeof schema === 'string' ? IGLU_URI.exec(schema)?.slice(1) : undefined;
    return parts?.every((part, index) => wanted[index] === '*' || wanted[index] === part) ?? false;
  };
  return { text, matches };
}
