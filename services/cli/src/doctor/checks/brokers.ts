import { reasonOf, type Check } from '../check';
import { ok, problem, warning, type Finding } from '../finding';
import type { Brokers } from '../installation';

export const brokers: Check = {
  name: 'brokers',
  summary: 'each address answers, the cluster has a controller',
  runbook: 'E_BROKER_UNAVAILABLE',
  run: async ({ brokers: kafka }) => {
    const reached = await Promise.all(kafka.addresses.map((address) => reachOf(kafka, address)));
    if (reached.every(({ state }) => state !== 'ok'))
      return reached.map(({ subject, seen }) =>
        problem(
          subject,
          seen,
          'Start the brokers, or correct KAFKA__BROKERS. Until then the collector answers 503 and trackers keep their events.',
        ),
      );
    return [...reached, ...(await clusterOf(kafka))];
  },
};

async function reachOf(kafka: Brokers, address: string): Promise<Finding> {
  const subject = `broker ${address}`;
  try {
    await kafka.reach(address);
    return ok(subject, 'It accepts connections.');
  } catch (error) {
    return warning(
      subject,
      `It accepts no connection (${reasonOf(error)}).`,
      'Start that broker, or take it out of KAFKA__BROKERS: a client that starts while the others are down would not find the cluster.',
    );
  }
}

async function clusterOf(kafka: Brokers): Promise<readonly Finding[]> {
  try {
    const { clusterId, controller, brokers: members } = await kafka.cluster();
    const found = `Cluster ${clusterId}: ${String(members.length)} ${members.length === 1 ? 'broker' : 'brokers'}`;
    return [
      controller === null
        ? problem(
            'cluster',
            `${found}, and no controller.`,
            'Look at the log of the controller quorum: topics cannot be made and leaders cannot move.',
          )
        : ok('cluster', `${found}, the controller is ${String(controller)}.`),
    ];
  } catch (error) {
    return [
      problem(
        'cluster',
        reasonOf(error),
        'The port is open, but what answers does not speak to us: check KAFKA__SSL, KAFKA__SASL__MECHANISM and the credentials.',
      ),
    ];
  }
}
