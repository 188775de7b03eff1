import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the schemas that come with Headwater: beside the bundle, or in the checkout. */
export function shippedSchemas(): string {
  const bundled = join(__dirname, 'schemas');
  return existsSync(bundled) ? bundled : join(__dirname, '../../validation/schemas');
}
