/** An object or a list, while it is being repaired. */
export type JsonHolder = Record<string, unknown> | unknown[];

/** A number as it was written: a JavaScript number would lose digits of it, or its `.0`. */
export interface RawNumber {
  readonly rawJSON: string;
}

// ES2025, which Node has and the compiler's library not yet: https://github.com/tc39/proposal-json-parse-with-source
const json = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

/**
 * JSON whose numbers keep every digit: what a repair does not touch must come out as it went in.
 *
 * @throws {SyntaxError} for what is not JSON
 */
export const parseExact = (text: string): unknown =>
  json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? json.rawJSON(source)
      : value,
  );

/** The JSON text of what {@link parseExact} read. */
export const exactText = (value: unknown): string => JSON.stringify(value);

export const isRawNumber = (value: unknown): value is RawNumber => json.isRawJSON(value);

/** A copy that shares nothing with its original. */
export const copyOf = (value: unknown): unknown =>
  value === undefined ? undefined : parseExact(exactText(value));

export const isHolder = (value: unknown): value is JsonHolder =>
  typeof value === 'object' && value !== null && !isRawNumber(value);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  isHolder(value) && !Array.isArray(value);
