import { eventId } from './event-ids';
import { chanceFrom, tp2Body, trackerEvent, userAgents, visitor } from './events';

const at = 1_782_000_000_000;
const body = (events: number): Buffer => {
  const chance = chanceFrom(1);
  return tp2Body(chance, visitor(chance), events, 'beefcafe', 40, at);
};

it('makes bodies of the size that real ones have', () => {
  expect(body(1).length).toBeGreaterThan(2_000);
  expect(body(1).length).toBeLessThan(2_500);
  expect(body(10).length).toBeGreaterThan(19_000);
  expect(body(10).length).toBeLessThan(23_000);
});

it('numbers the events of a body', () => {
  const { data } = JSON.parse(body(3).toString()) as { data: { eid: string }[] };
  expect(data.map(({ eid }) => eid)).toEqual([40, 41, 42].map((number) => eventId('beefcafe', number)));
});

it('sends an event and two contexts in base64url', () => {
  const chance = chanceFrom(2);
  const event = trackerEvent(chance, visitor(chance), 'id', at);
  const read = (name: string): { data: unknown } =>
    JSON.parse(Buffer.from(event[name] ?? '', 'base64url').toString()) as { data: unknown };
  expect(read('ue_px').data).toMatchObject({ schema: 'iglu:com.gitlab/custom_event/jsonschema/1-0-0' });
  expect(read('cx').data).toHaveLength(2);
});

it('is the same in each run, and differs from event to event', () => {
  expect(body(2)).toEqual(body(2));
  const [first, second] = (JSON.parse(body(2).toString()) as { data: Record<string, string>[] }).data;
  expect(first?.['cx']).not.toBe(second?.['cx']);
});

it('knows 96 different user agents', () => {
  expect(new Set(userAgents).size).toBe(96);
});
