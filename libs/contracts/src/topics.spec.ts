import { schemas } from './generated/schemas';
import { keyOf, subjectOf, topicNamed, topics, type Topic } from './topics';

const table: readonly Topic[] = Object.values(topics);

describe('the topic table', () => {
  it.each(table.map((topic) => [topic.name, topic] as const))(
    '%s names fields that its values have as key',
    (_name, topic) => {
      const { fields } = schemas[topic.schema] as { fields: { name: string }[] };
      expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining([...topic.key]));
    },
  );

  it('lets each topic hold what the one before it held', () => {
    const flow = [topics.collectorPayloads, topics.enrichedEvents, topics.validEvents, topics.failedEvents];
    const sizes = flow.map(({ maxMessageBytes }) => maxMessageBytes);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  });

  it('lets only the enricher read the topic with addresses', () => {
    expect(topics.collectorPayloads.readers).toEqual(['enricher']);
    expect(topics.collectorPayloads.retentionHours).toBeLessThanOrEqual(24);
  });

  it('forget what is of a visitor within two weeks', () => {
    const hours = table
      .filter(({ schema }) => schema !== 'StageCounts' && schema !== 'QualityAlert')
      .map(({ name, retentionHours }) => [name, retentionHours]);
    expect(Object.fromEntries(hours)).toEqual({
      'collector-payloads': 24,
      'enriched-events': 7 * 24,
      'valid-events': 7 * 24,
      'failed-events': 14 * 24,
      replays: 7 * 24,
    });
  });

  it('has a producer for every topic that a service reads', () => {
    expect(table.filter(({ producers }) => producers.length === 0)).toEqual([]);
  });
});

describe('keyOf', () => {
  it('joins the key fields, so that two different keys never meet', () => {
    expect(keyOf(topics.enrichedEvents, { app_id: 'a', event_id: 'b' })).toBe('a\u001fb');
    expect(keyOf(topics.collectorPayloads, { payload_id: 'x' })).toBeNull();
  });
});

describe('topicNamed', () => {
  it('finds a topic, and names the known ones when there is none', () => {
    expect(topicNamed('valid-events')).toBe(topics.validEvents);
    expect(() => topicNamed('valid-event')).toThrow(/No topic is called "valid-event".*valid-events/);
  });
});

it('names subjects after topics', () => {
  expect(subjectOf(topics.validEvents, 'eu.')).toBe('eu.valid-events-value');
});
