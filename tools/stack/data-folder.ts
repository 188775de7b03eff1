import { StackError } from './stack-error';

/**
 * Refuses a data folder that a part could not use: Kafka separates folders by commas and takes `%` in its log's name for a
 * placeholder, the registry's database address has `;` between its options, and ClickHouse reads `*?{}` in the path of a
 * file as a pattern. Line ends break all of them.
 */
export function assertUsableFolder(folder: string): void {
  const character = /[,;%*?{}\n\r]/.exec(folder)?.[0];
  if (character === undefined) return;
  throw new StackError(
    `The data folder ${JSON.stringify(folder)} holds the character ${JSON.stringify(character)}, which Kafka, the schema registry or ClickHouse would misread`,
    'Choose a folder without any of , ; % * ? { } and line ends in its path',
  );
}
