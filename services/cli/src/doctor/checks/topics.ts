import type { TopicState } from '@headwater/kafka';
import type { Check } from '../check';
import { ok, problem, warning, type Finding } from '../finding';

export const topics: Check = {
  name: 'topics',
  summary: 'every topic is there, has its replicas, and is set as the topic table says',
  runbook: 'topics',
  run: async ({ brokers }) => {
    const [states, differences, { brokers: members }] = await Promise.all([
      brokers.topics(),
      brokers.differences(),
      brokers.cluster(),
    ]);
    const { minInsyncReplicas } = brokers.sizing(members.length);
    return states.map((state) => findingOf(state, differences.get(state.name) ?? [], minInsyncReplicas));
  },
};

function findingOf(state: TopicState, differences: readonly string[], minInsyncReplicas: number): Finding {
  const { name, present, partitions, replicas, leastInSync, offlinePartitions } = state;
  const subject = `topic ${name}`;
  if (!present)
    return problem(subject, 'It does not exist.', 'Run the job `topics`, and check KAFKA__TOPIC_PREFIX.');
  if (offlinePartitions > 0)
    return problem(
      subject,
      `${String(offlinePartitions)} of ${String(partitions)} partitions have no leader.`,
      'Bring the brokers back that hold their replicas. Do not elect an unclean leader: that would lose events that were answered with 200.',
    );
  if (leastInSync < minInsyncReplicas)
    return problem(
      subject,
      `A partition has ${String(leastInSync)} in-sync replicas, and ${String(minInsyncReplicas)} are needed to write.`,
      'Bring the missing brokers back. Until then writes are refused and the stages wait; nothing is lost.',
    );
  if (leastInSync < replicas)
    return warning(
      subject,
      `A partition has ${String(leastInSync)} in-sync replicas of ${String(replicas)}.`,
      'Bring the missing broker back, or wait until it has caught up: one more failure would stop writes.',
    );
  if (differences.length > 0)
    return warning(
      subject,
      `${differences.join('; ')}.`,
      'If that was not decided, set it as the table says (kafka-configs.sh). Partitions may only grow after a drain: they move keys.',
    );
  return ok(
    subject,
    `${String(partitions)} partitions, ${String(replicas)} ${replicas === 1 ? 'replica' : 'replicas'}, all in sync, set as the table says.`,
  );
}
