import { z } from 'zod';
import { enrichmentsConfig } from './enrichments';
import { isObject } from './json-kinds';

/** What a file says of enrichments, or all that is wrong with it. */
export interface EnrichmentSettings {
  /** The settings that the file names, and no others: what it leaves out keeps its default. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** One line each: where it is, what is wrong, what would be right. */
  readonly problems: readonly string[];
}

/**
 * Checks the content of an enrichments file: a name or a setting that does not exist is a problem, as a slip of the pen
 * would otherwise switch off what it was to set.
 *
 * @param document what YAML or JSON made of the file
 */
export function readEnrichmentSettings(document: unknown): EnrichmentSettings {
  if (document === null || document === undefined) return { settings: {}, problems: [] };
  if (!isObject(document))
    return {
      settings: {},
      problems: ['The file is not a list of settings by enrichment. Write e.g. "country: { unknown: XX }".'],
    };
  const shape: Readonly<Record<string, z.ZodType>> = enrichmentsConfig.shape;
  const problems = Object.entries(document).flatMap(([name, value]) =>
    Object.hasOwn(shape, name)
      ? problemsOf([name], shape[name] as z.ZodType, value)
      : [`"${name}" is no enrichment and no setting of all. There are: ${namesIn(enrichmentsConfig)}.`],
  );
  return { settings: document, problems };
}

function problemsOf(path: readonly string[], type: z.ZodType, value: unknown): readonly string[] {
  const settings = objectIn(type);
  if (settings === null) return wrongValues(path, type, value);
  const at = path.join('.');
  if (value === null) return [];
  if (!isObject(value))
    return [`${at} is ${JSON.stringify(value)}, not settings by name. There are: ${namesIn(settings)}.`];
  return Object.entries(value).flatMap(([name, inner]) =>
    Object.hasOwn(settings.shape, name)
      ? problemsOf([...path, name], settings.shape[name] as z.ZodType, inner)
      : [`${at}.${name} is no setting of ${at}. There are: ${namesIn(settings)}.`],
  );
}

function wrongValues(path: readonly string[], type: z.ZodType, value: unknown): readonly string[] {
  const result = type.safeParse(value);
  if (result.success) return [];
  return result.error.issues.map((issue) => {
    const at = [...path, ...issue.path.map(String)].join('.');
    return `${at} is not right: ${issue.message}. ${type.meta()?.description ?? ''}`.trim();
  });
}

/** The object that settings of an enrichment are; null for a single setting. */
function objectIn(type: z.ZodType): z.ZodObject | null {
  if (type instanceof z.ZodPrefault) return objectIn(type.def.innerType as z.ZodType);
  return type instanceof z.ZodObject ? type : null;
}

const namesIn = (settings: z.ZodObject): string => {
  const names = Object.keys(settings.shape);
  return names.length === 0 ? 'none' : names.join(', ');
};
