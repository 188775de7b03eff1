import { anEnrichedEvent } from '@headwater/testing';
import { rules } from './index';
import { aClick, failuresOf, schemas } from './rules.fixture';

describe('the rules', () => {
  it('have names and summaries of their own', () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    for (const { summary } of rules) expect(summary).toMatch(/^[A-Z].*\.$/);
  });

  it('find nothing wrong with a good event, and make nothing for it', () => {
    const event = anEnrichedEvent({
      unstruct_event: aClick('{"id":1}'),
      contexts: [aClick('{"id":2}'), aClick('{"id":3,"note":"x"}')],
      derived_contexts: [],
    });
    const answers = rules.map((rule) => rule.check(event, { schemas }));
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toEqual([]);
  });

  it('report every failure of an event at once', () => {
    const failures = failuresOf(rules, {
      unstruct_event: aClick('{"id":"one"}'),
      contexts: [aClick('{"id":1}'), aClick('{}')],
      derived_contexts: [aClick('{"id":1,"note":"much too long"}')],
      page_title: 'x'.repeat(2001),
      tr_currency: '€',
    });
    expect(failures.map(({ source, field, path, keyword }) => [source, field, path, keyword])).toEqual([
      ['unstructSchema', 'unstruct_event', '/id', 'type'],
      ['contextSchemas', 'contexts[1]', '', 'required'],
      ['contextSchemas', 'derived_contexts[0]', '/note', 'maxLength'],
      ['atomicLengths', 'page_title', null, 'maxLength'],
      ['atomicTypes', 'tr_currency', null, 'pattern'],
    ]);
  });
});
