import { Tally } from '../observed/tally';
import { finding, unseen, type Invariant } from './invariant';

export const alertsAreAsExpected: Invariant = {
  id: 'I10',
  name: 'alerts fire when they must, and only then',
  advice:
    'The monitor was silent where it had to speak, or spoke without need. See the table quality_alerts and the runbook of the check.',
  check: ({ alerts }, { alerts: wanted, noAlerts }) => {
    if (wanted.length + noAlerts.length === 0)
      return unseen({
        kind: 'not looked at',
        why: 'nothing was expected: say it with --expect-alert CHECK or --expect-no-alert CHECK (* for any)',
      });
    if (alerts.kind !== 'seen') return unseen(alerts);
    const tally = new Tally();
    for (const check of wanted)
      if (!alerts.value.some((alert) => alert.check === check && alert.state !== 'resolved'))
        tally.add(() => `SILENT: no alert of the check ${check} was raised during the run`);
    for (const { check, appId, state, at, summary } of alerts.value)
      if (
        state !== 'resolved' &&
        !wanted.includes(check) &&
        (noAlerts.includes('*') || noAlerts.includes(check))
      )
        tally.add(() => `NOISE: ${check} for ${appId} at ${new Date(at).toISOString()}: ${summary}`);
    return finding([tally]);
  },
};
