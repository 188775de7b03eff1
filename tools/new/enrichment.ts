import { resolve } from 'node:path';
import { CannotMake, newEnrichment } from './new-enrichment';

/** Makes a new built-in enrichment: `npm run new:enrichment -- pageCategory`. */
function main(name: string | undefined): void {
  try {
    const written = newEnrichment(resolve(__dirname, '../..'), name ?? '');
    console.log(`Written:\n${written.map((path) => `  ${path}`).join('\n')}`);
    console.log(
      'It works as it is: cut the title of the page out of it and put in what yours does. Then run `npm run generate`, and its spec with `npx jest -t`.',
    );
  } catch (error) {
    if (!(error instanceof CannotMake)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

main(process.argv[2]);
