import { topics, type Topic } from '@headwater/contracts';
import { reasonOf, type Check } from '../check';
import { ok, problem, warning, type Finding } from '../finding';
import type { Registry } from '../installation';

const WANTED = 'FULL_TRANSITIVE';

export const registry: Check = {
  name: 'schema registry',
  summary: 'it answers, holds the schemas of this version, and refuses what would break readers',
  runbook: 'E_SCHEMA_NOT_REGISTERED',
  run: async ({ registry: schemas }) => {
    const all: readonly Topic[] = Object.values(topics);
    try {
      await schemas.findId(topics.collectorPayloads);
    } catch (error) {
      return [
        problem(
          `registry ${schemas.url}`,
          reasonOf(error),
          'Start the registry, or correct REGISTRY__URL. What runs goes on without it; what starts waits for it.',
          'E_REGISTRY_UNAVAILABLE',
        ),
      ];
    }
    return Promise.all(all.map((topic) => subjectOf(schemas, topic)));
  },
};

async function subjectOf(schemas: Registry, topic: Topic): Promise<Finding> {
  const name = schemas.subjectOf(topic);
  const subject = `subject ${name}`;
  const [id, level] = await Promise.all([schemas.findId(topic), schemas.compatibility(topic)]);
  if (id === null)
    return problem(
      subject,
      `It does not hold the schema ${topic.schema} of this version.`,
      'Run the job `schemas` of this version before its services start.',
    );
  if (level !== WANTED)
    return warning(
      subject,
      `Schema ${topic.schema} has id ${String(id)}; the compatibility level is ${level}.`,
      `Set it: curl -X PUT -H 'content-type: application/json' -d '{"compatibility":"${WANTED}"}' ${schemas.url}/config/${name}`,
      'E_SCHEMA_CONFLICT',
    );
  return ok(subject, `Schema ${topic.schema} has id ${String(id)}, compatibility is ${WANTED}.`);
}
