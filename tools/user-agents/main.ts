import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { measure } from './measure';
import { PAGE, pageOf } from './page';

/** Measures how far the user agent enrichment agrees with uap-core and writes the reference page: `npm run measure:user-agents`. */
const agreements = measure();
writeFileSync(join(resolve(__dirname, '../..'), PAGE), pageOf(agreements));
for (const { what, cases, agreed } of agreements)
  console.log(`${what}: ${agreed} of ${cases} agree (${((100 * agreed) / cases).toFixed(1)} %)`);
console.log(`Written to ${PAGE}.`);
