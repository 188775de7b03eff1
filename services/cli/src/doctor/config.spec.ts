import { sizings } from '@headwater/contracts';
import { doctorConfig, patient, sizingOf } from './config';

const { topics, clickhouse } = doctorConfig.parse({ clickhouse: {}, kafka: {}, registry: {} });

describe('what the doctor reads of the environment', () => {
  it.each([
    ['one broker', {}, 1, sizings.embedded],
    ['three brokers', {}, 3, sizings.cluster],
    [
      'what is named',
      { sizing: 'embedded' as const, partitions: 5 },
      3,
      { ...sizings.embedded, partitions: 5 },
    ],
  ])('takes the sizes from %s', (_case, known, brokers, sizing) => {
    expect(sizingOf({ ...topics, ...known }, brokers)).toEqual(sizing);
  });

  it('waits less long than a service', () => {
    expect(patient(clickhouse).timeoutMs).toBeLessThan(clickhouse.timeoutMs);
    expect(patient({ ...clickhouse, timeoutMs: 5 }).timeoutMs).toBe(5);
  });
});
