import { schemas, topics } from '@headwater/contracts';
import { isUndecodable } from '@headwater/stage';
import { anEnrichedEvent } from '@headwater/testing';
import type { KafkaMessage } from 'kafkajs';
import { TopicCodec } from '../avro/topic-codec';
import { learnSchemas, schemasIn, StreamedRecords } from './decode-messages';

const codec = new TopicCodec(topics.enrichedEvents, 1);
const message = (offset: number, value: Buffer | null): KafkaMessage =>
  ({ offset: String(offset), timestamp: '7', value }) as KafkaMessage;
const written = (id: string, by = codec): Buffer => {
  const buffer = Buffer.alloc(8_192);
  return buffer.subarray(0, by.encode(anEnrichedEvent({ event_id: id }), buffer, 0));
};

describe('StreamedRecords', () => {
  it('are the same each time that they are read, and tell once what could not be decoded', () => {
    const told: number[] = [];
    const records = new StreamedRecords(
      codec,
      [message(3, written('a')), message(4, null), message(9, written('b'))],
      new Map(),
      (count) => told.push(count),
    );
    const read = (): unknown[] =>
      [...records].map((record) =>
        isUndecodable(record)
          ? [record.offset, record.undecodable.reason]
          : [record.offset, record.timestamp, (record.value as { event_id: string }).event_id],
      );
    expect(read()).toEqual([
      [3n, 7, 'a'],
      [4n, 'it has no value'],
      [9n, 7, 'b'],
    ]);
    expect(read()).toEqual(read());
    expect(told).toEqual([1]);
  });

  it('leave out a schema that was unknown beforehand, although it is known by now', () => {
    const messages = [
      message(0, written('a')),
      message(1, written('b', new TopicCodec(topics.enrichedEvents, 6))),
    ];
    codec.learn(6, schemas.EnrichedEvent);
    const records = [
      ...new StreamedRecords(codec, messages, new Map([[6, 'nobody knew it']]), () => undefined),
    ];
    expect(records.map((record) => isUndecodable(record) && record.undecodable.reason)).toEqual([
      false,
      'nobody knew it',
    ]);
  });
});

describe('learnSchemas', () => {
  it('asks for each id once, before a record is decoded', async () => {
    const reader = new TopicCodec(topics.enrichedEvents, 5);
    const other = new TopicCodec(topics.enrichedEvents, 6);
    const messages = [message(0, written('a')), message(1, written('b', other)), message(2, written('c'))];
    const asked: number[] = [];
    const unknown = await learnSchemas(
      reader,
      schemasIn([...messages, message(3, Buffer.from([9]))]),
      (id) => {
        asked.push(id);
        reader.learn(id, schemas.EnrichedEvent);
        return Promise.resolve();
      },
    );
    expect(asked).toEqual([1, 6]);
    expect(unknown.size).toBe(0);
    const records = new StreamedRecords(reader, messages, unknown, () => undefined);
    expect([...records].some(isUndecodable)).toBe(false);
  });

  it('names those that nobody can teach, and asks for them no more for a while', async () => {
    const reader = new TopicCodec(topics.enrichedEvents, 5);
    const asked: number[] = [];
    const teach = (id: number): Promise<void> => {
      asked.push(id);
      reader.forget(id, 'nobody knows it', 30_000);
      return Promise.resolve();
    };
    expect(await learnSchemas(reader, [5, 7], teach)).toEqual(new Map([[7, 'nobody knows it']]));
    expect(await learnSchemas(reader, [7], teach)).toEqual(new Map([[7, 'nobody knows it']]));
    expect(asked).toEqual([7]);
  });

  it('passes on that the registry does not answer', async () => {
    const reader = new TopicCodec(topics.enrichedEvents, 5);
    const down = (): Promise<void> => Promise.reject(new Error('down'));
    await expect(learnSchemas(reader, [1], down)).rejects.toThrow('down');
  });
});
