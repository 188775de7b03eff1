import { reasonOf, type Check } from '../check';
import { notChecked, ok, warning } from '../finding';

export const rights: Check = {
  name: 'rights in kafka',
  summary: 'whether the brokers restrict who may do what, and whether this user may look',
  runbook: 'rights',
  run: async ({ brokers }) => {
    const { brokers: members } = await brokers.cluster();
    try {
      const rules = await brokers.accessRules();
      if (rules === null) {
        const seen = 'The brokers have no authorizer: every client may do everything.';
        return [
          members.length === 1
            ? ok('authorizer', `${seen} On one broker that is a stack for trying things out.`)
            : warning(
                'authorizer',
                seen,
                'Switch one on, and give each service its own user: collector-payloads holds truncated addresses, which only the enricher may read.',
              ),
        ];
      }
      return [ok('authorizer', `It holds ${String(rules.length)} rules.`)];
    } catch (error) {
      return [
        notChecked(
          'rules of the authorizer',
          `User ${brokers.user ?? 'ANONYMOUS'} may not list them (${reasonOf(error)}).`,
          'Run this as a user with Describe on the cluster. That topics, offsets and settings could be read shows in the other findings.',
        ),
      ];
    }
  },
};
