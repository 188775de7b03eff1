import { readFileSync } from 'node:fs';
import { parseRecipe, RecipeError, type Recipe } from '@headwater/recovery';
import { parse } from 'yaml';

/**
 * Reads a recipe from a file in YAML or JSON.
 *
 * @throws {RecipeError} when it cannot be read or used
 */
export function readRecipe(file: string): Recipe {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 });
  } catch (error) {
    throw new RecipeError(file, [`It cannot be read: ${(error as Error).message}`]);
  }
  return parseRecipe(content, file);
}
