import { DEADLINE_MS, reasonOf, type Check } from './check';
import { notChecked, type Finding, type State } from './finding';
import type { Installation } from './installation';

/** What one check found. */
export interface Examined {
  readonly check: Check;
  readonly findings: readonly Finding[];
}

/**
 * Runs all checks side by side. One that fails or takes too long says so, and holds up no other: the doctor is of use above all
 * when everything is down.
 */
export const examine = (checks: readonly Check[], installation: Installation): Promise<readonly Examined[]> =>
  Promise.all(
    checks
      .filter(({ applies }) => applies === undefined || applies(installation))
      .map(async (check) => ({ check, findings: await findingsOf(check, installation) })),
  );

async function findingsOf(check: Check, installation: Installation): Promise<readonly Finding[]> {
  const { deadlineMs = DEADLINE_MS } = check;
  const done = new AbortController();
  const late = installation
    .sleep(deadlineMs, done.signal)
    .then(() => [
      notChecked(
        check.name,
        `There was no answer within ${String(deadlineMs / 1_000)} s.`,
        'Look at the other findings first, then try again.',
      ),
    ]);
  try {
    return await Promise.race([check.run(installation), late]);
  } catch (error) {
    return [
      notChecked(check.name, reasonOf(error), 'Mend what the other findings name first, then try again.'),
    ];
  } finally {
    done.abort();
  }
}

const severity: readonly State[] = ['problem', 'not checked', 'warning', 'ok'];

/** The gravest state of all findings. */
export const verdictOf = (examined: readonly Examined[]): State =>
  severity.find((state) => examined.some(({ findings }) => findings.some((each) => each.state === state))) ??
  'not checked';

/** Exit code of the command: 0 healthy (warnings included), 1 a problem, 3 something could not be checked. */
export const exitCodeOf = (verdict: State): number =>
  verdict === 'problem' ? 1 : verdict === 'not checked' ? 3 : 0;
