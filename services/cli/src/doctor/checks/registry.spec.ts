import { topics, type Topic } from '@headwater/contracts';
import { findingsOf } from '../testing/an-installation';
import { registry } from './registry';

const only =
  <T>(topic: Topic, value: T, others: T) =>
  (asked: Topic): Promise<T> =>
    Promise.resolve(asked.name === topic.name ? value : others);

describe('the check of the schema registry', () => {
  it('is content when it holds the schemas of this version', async () => {
    const found = await findingsOf(registry);
    expect(found).toHaveLength(Object.keys(topics).length);
    expect(found[0]).toEqual({
      state: 'ok',
      subject: 'subject collector-payloads-value',
      seen: 'Schema CollectorPayload has id 7, compatibility is FULL_TRANSITIVE.',
      next: null,
    });
  });

  it('says once that it does not answer', async () => {
    const findId = (): Promise<never> => Promise.reject(new Error('It does not answer.'));
    expect(await findingsOf(registry, { registry: { findId } })).toEqual([
      expect.objectContaining({
        state: 'problem',
        seen: 'It does not answer.',
        runbook: 'E_REGISTRY_UNAVAILABLE',
      }),
    ]);
  });

  it('names a subject that lacks the schema, and one that is compared too laxly', async () => {
    const found = await findingsOf(registry, {
      registry: {
        findId: only<number | null>(topics.replays, null, 7),
        compatibility: only(topics.validEvents, 'BACKWARD', 'FULL_TRANSITIVE'),
      },
    });
    expect(found.filter(({ state }) => state !== 'ok')).toEqual([
      expect.objectContaining({
        state: 'warning',
        subject: 'subject valid-events-value',
        next: expect.stringContaining('http://registry/config/valid-events-value') as string,
      }),
      expect.objectContaining({ state: 'problem', subject: 'subject replays-value' }),
    ]);
  });
});
