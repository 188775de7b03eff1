import { EventStore } from './event-store';
import type { EventRecord } from './record';

const record = (eventId: string, known: Partial<EventRecord> = {}): EventRecord => ({
  kind: 'good',
  at: 0,
  testId: null,
  eventId,
  appId: 'shop',
  eventType: 'page_view',
  schema: null,
  contexts: [],
  vendor: null,
  version: null,
  reasons: [],
  failureType: null,
  json: '{}',
  ...known,
});
const idsIn = (store: EventStore, limit?: number) =>
  store.find('good', () => true, limit).map(({ eventId }) => eventId);

describe('a store of events', () => {
  it('keeps the latest, and counts the others too', () => {
    const store = new EventStore({ maxEvents: 3, maxBytes: 1e9 });
    for (let number = 1; number <= 10_000; number += 1) store.add(record(String(number)));
    expect(idsIn(store)).toEqual(['10000', '9999', '9998']);
    expect(store.totals).toEqual({ total: 10_000, good: 10_000, bad: 0 });
    expect(store.forgotten).toBe(9_997);
  });

  it('keeps no more bytes than it may, but always the latest event', () => {
    const store = new EventStore({ maxEvents: 1_000, maxBytes: 1_000_000 });
    for (let number = 0; number < 100; number += 1)
      store.add(record(String(number), { json: 'x'.repeat(50_000) }));
    expect(idsIn(store).length).toBe(9);
    store.add(record('huge', { json: 'x'.repeat(5_000_000) }));
    expect(idsIn(store)).toEqual(['huge']);
  });

  it('does not let one kind push the other out', () => {
    const store = new EventStore({ maxEvents: 2, maxBytes: 1e9 });
    store.add(record('good'));
    for (let number = 0; number < 10; number += 1) store.add(record('bad', { kind: 'bad' }));
    expect(idsIn(store)).toEqual(['good']);
  });

  it('tells whoever watches, until they stop', () => {
    const store = new EventStore({ maxEvents: 2, maxBytes: 1e9 });
    const onChange = jest.fn();
    const stop = store.watch(onChange);
    store.add(record('a'));
    store.drop();
    store.reset();
    stop();
    store.add(record('b'));
    expect(onChange).toHaveBeenCalledTimes(3);
    expect(store.dropped).toBe(0);
  });
});
