import type { z } from 'zod';
import { describeConfig } from '@headwater/service-kit';

const HIDDEN = '[not shown]';
/** Shorter secrets would blot out half of the report; nobody should have one. */
const LEAST_LENGTH = 4;

/** Every secret of a configuration, and the user information of every address in it. */
export function secretsIn(schema: z.ZodObject, settings: unknown): readonly string[] {
  const secrets: string[] = [];
  for (const { path, secret } of describeConfig(schema)) {
    const value = path.reduce<unknown>(
      (node, part) => (node as Readonly<Record<string, unknown>> | null | undefined)?.[part],
      settings,
    );
    if (typeof value !== 'string') continue;
    if (secret) secrets.push(value);
    else secrets.push(...credentialsIn(value));
  }
  return secrets;
}

/** What stands before the @ of an address. */
export function credentialsIn(text: string): readonly string[] {
  const found = /^[a-z]+:\/\/([^/?#]*)@/i.exec(text)?.[1];
  return found === undefined ? [] : [found, ...found.split(':').slice(1)];
}

/** A function that takes secrets out of a text, however they came into it. */
export function hiding(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
    .filter(({ length }) => length >= LEAST_LENGTH)
    .sort((a, b) => b.length - a.length);
  return (text) => known.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
}
