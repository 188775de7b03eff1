import type { Collected } from '@headwater/collection';
import type { CollectorPayload, FailedEvent } from '@headwater/contracts';
import type { Verdict } from '@headwater/verdict';

/** Says what enricher and validator would say. `createJudge` of libs/verdict makes one. */
export interface StrictJudge {
  /** @throws a retriable `ServiceError` when a schema cannot be looked up */
  payload(payload: CollectorPayload): Promise<readonly Verdict[]>;
  /** Called once no request is under way. */
  close?(): Promise<void>;
}

/** One reason why an event would fail, as a developer reads it. */
export interface Problem {
  /** Position in the request, from 0; null: the request as a whole. */
  readonly index: number | null;
  readonly type: string;
  readonly reason: string;
  readonly schema?: string;
  /** JSON pointer into the data. */
  readonly path?: string;
  readonly field?: string;
  readonly keyword?: string;
  readonly value?: string;
  readonly expectation?: string;
}

/** The body of the answer to a request that strict mode refuses. Nothing of the request is stored. */
export interface StrictRefusal {
  readonly accepted: false;
  readonly events: { readonly ok: number; readonly failed: number; readonly dropped: number };
  readonly problems: readonly Problem[];
}

/** A fate, and the position in the request of what it is the fate of; null: the request as a whole. */
interface Judged {
  readonly index: number | null;
  readonly verdict: Verdict;
}

/** The verdicts on all that a request became. */
export async function verdictOn(
  judge: StrictJudge,
  collected: Exclude<Collected, { kind: 'bounced' }>,
): Promise<readonly Judged[]> {
  switch (collected.kind) {
    case 'failed':
      return [judgedAs(collected.event, 0)];
    case 'ok':
      return placed(await judge.payload(collected.payload), 0);
    case 'split': {
      const judged: Judged[] = [];
      for (const part of collected.parts)
        judged.push(
          ...(part.kind === 'ok'
            ? placed(await judge.payload(part.payload), part.firstIndex)
            : [judgedAs(part.event, 0)]),
        );
      return judged;
    }
  }
}

const judgedAs = (event: FailedEvent, firstIndex: number): Judged => ({
  index: event.payload_index === null ? null : firstIndex + event.payload_index,
  verdict: { kind: 'failed', value: event },
});

const placed = (verdicts: readonly Verdict[], firstIndex: number): readonly Judged[] =>
  verdicts.map((verdict, index) =>
    verdict.kind === 'failed' ? judgedAs(verdict.value, firstIndex) : { index: firstIndex + index, verdict },
  );

/**
 * The answer to a request with bad events: 422, or 400 where it cannot be taken apart at all.
 *
 * @returns null when there is none
 */
export function refusalOf(
  judged: readonly Judged[],
): { readonly code: 400 | 422; readonly document: StrictRefusal } | null {
  const problems = judged.flatMap(({ index, verdict }) =>
    verdict.kind === 'failed' ? problemsOf(verdict.value, index) : [],
  );
  if (problems.length === 0) return null;
  const count = (kind: Verdict['kind']): number =>
    judged.filter(({ verdict }) => verdict.kind === kind).length;
  return {
    code: judged.some(({ index }) => index === null) ? 400 : 422,
    document: {
      accepted: false,
      events: { ok: count('ok'), failed: count('failed'), dropped: count('dropped') },
      problems: [...problems].sort((one, other) => (one.index ?? -1) - (other.index ?? -1)),
    },
  };
}

function problemsOf({ failures }: FailedEvent, index: number | null): readonly Problem[] {
  return (failures ?? []).map(({ type, message, schema, path, field, keyword, value, expectation }) => ({
    index,
    type: type ?? 'unknown',
    reason: message ?? '',
    ...(schema === null ? {} : { schema }),
    ...(path === null ? {} : { path }),
    ...(field === null ? {} : { field }),
    ...(keyword === null ? {} : { keyword }),
    ...(value === null ? {} : { value }),
    ...(expectation === null ? {} : { expectation }),
  }));
}
