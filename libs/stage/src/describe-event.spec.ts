import { anEnrichedEvent } from '@headwater/testing';
import { describeEvent } from './describe-event';

const ADDRESS = '203.0.113.77';

it('tells who sent an event, when and what, and which failed event it repairs', () => {
  const replay = { replay_id: 'a-replay', replay_of: 'a-failed-event', replayed_at: 1_782_000_000_000 };
  const event = anEnrichedEvent(replay);
  expect(describeEvent(event)).toMatchObject({
    app_id: event.app_id,
    event_id: event.event_id,
    event_fingerprint: event.event_fingerprint,
    collector_tstamp: event.collector_tstamp,
    ...replay,
  });
});

it('shows no address, wherever a sender put one', () => {
  const texts = {
    app_id: ADDRESS,
    event_name: ADDRESS,
    name_tracker: ADDRESS,
    v_tracker: ADDRESS,
    useragent: `Mozilla/5.0 (${ADDRESS})`,
  };
  expect(JSON.stringify(describeEvent(anEnrichedEvent(texts)))).not.toContain(ADDRESS);
});

it('holds nothing of the content', () => {
  const content = anEnrichedEvent({ page_url: 'https://shop.example/', user_id: 'a', se_label: 'b' });
  expect(Object.keys(describeEvent(content))).not.toEqual(
    expect.arrayContaining(['page_url', 'user_id', 'se_label', 'parameters']),
  );
});
