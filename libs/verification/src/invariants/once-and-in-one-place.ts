import type { Look } from '../observed/look';
import type { Observations } from '../observed/observations';
import { Tally } from '../observed/tally';
import { finding, unseen, type Invariant } from './invariant';

export const onceAndInOnePlace: Invariant = {
  id: 'I2',
  name: 'once, and in one place',
  advice:
    'An event is stored more than once, or both as good and as bad. Twice in valid-events: the validator wrote it twice (look for two owners of one partition). More often in enriched-events than it was sent: the enricher did, or the collector. Once in the topic and twice in the table: the loader inserted a batch twice, under two tokens or later than the deduplication window.',
  check: (seen) => {
    if (seen.tables.kind !== 'seen') return unseen(seen.tables);
    const left = [
      ...notCompared('the topics valid-events and failed-events', seen.topics),
      ...notCompared('the topic enriched-events', seen.input),
    ];
    return finding([...doubles(seen), both(seen)], left.length === 0 ? undefined : left.join('; '));
  },
};

const notCompared = (what: string, look: Look<unknown>): readonly string[] =>
  look.kind === 'seen' ? [] : [`${what} left out: ${look.why}`];

/** Events with more rows, or records, than one. */
export function doubles(seen: Observations): readonly Tally[] {
  const { facts } = seen;
  const { rows, plainRows, dead } = seen.rows;
  const validRecords = seen.records.validCopies;
  const tally = new Tally();
  for (const content of facts.contents()) {
    const row = rows[content] ?? 0;
    if (row > 1)
      tally.add(
        () =>
          `event ${String(content)} (${facts.classOf(content)}): ${String(row)} rows in events_stored${inTopic(seen, content)}`,
      );
    else if ((plainRows[content] ?? 0) > 1)
      tally.add(() => `event ${String(content)}: ${String(plainRows[content])} different events have its id`);
    else if ((validRecords[content] ?? 0) > 1)
      tally.add(
        () => `event ${String(content)}: ${String(validRecords[content])} records in the topic valid-events`,
      );
    const inputs = seen.came.copies[content] ?? 0;
    if (inputs > facts.attemptsOf(content))
      tally.add(
        () =>
          `event ${String(content)} (${facts.classOf(content)}): ${String(inputs)} records in the topic enriched-events, and ${String(facts.attemptsOf(content))} requests carried it`,
      );
    if ((dead[content] ?? 0) > 1)
      tally.add(
        () =>
          `event ${String(content)} (${facts.classOf(content)}): ${String(dead[content])} failed events in failed_events_stored`,
      );
  }
  return [tally, seen.rows.deadCopies, seen.rows.viewDoubles];
}

const inTopic = ({ topics, records }: Observations, content: number): string =>
  topics.kind === 'seen' ? `, ${String(records.validCopies[content] ?? 0)} records in valid-events` : '';

/** Events that are both in the table and in the dead letter. */
export function both({ facts, rows: { rows, dead } }: Observations): Tally {
  const tally = new Tally();
  for (const content of facts.contents())
    if ((rows[content] ?? 0) > 0 && (dead[content] ?? 0) > 0)
      tally.add(
        () => `event ${String(content)} (${facts.classOf(content)}): in the table and in the dead letter`,
      );
  return tally;
}
