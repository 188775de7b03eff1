import { LinkWatch, type LinkSighting, type Offsets } from './link-watch';

const at = (...offsets: readonly number[]): Offsets =>
  new Map(offsets.map((offset, partition) => [partition, BigInt(offset)]));

const sighting = (time: number, fields: Partial<LinkSighting> = {}): LinkSighting => ({
  link: 'validator',
  at: time,
  ends: at(10, 20),
  committed: at(10, 20),
  countsEnds: at(5),
  countsRead: at(5),
  ...fields,
});

describe('LinkWatch', () => {
  it('knows nothing of a link that was never looked at', () => {
    const watch = new LinkWatch();
    watch.note(sighting(1));
    expect(watch.passed('loader')).toBe(Number.NEGATIVE_INFINITY);
    expect(watch.heardAt('loader')).toBe(Number.NEGATIVE_INFINITY);
  });

  it('sees at one look that nothing is on its way', () => {
    const watch = new LinkWatch();
    watch.note(sighting(1));
    expect([watch.passed('validator'), watch.heardAt('validator')]).toEqual([1, 1]);
  });

  it.each<[string, Partial<LinkSighting>]>([
    ['a partition that the stage has not read to its end', { committed: at(10, 19) }],
    ['a partition of which nothing is committed', { committed: at(10) }],
    ['counts that the monitor has not read', { countsRead: at(4) }],
    ['a partition of counts that is not read here', { countsEnds: at(5, 1), countsRead: at(5) }],
  ])('waits for %s', (_case, fields) => {
    const watch = new LinkWatch();
    watch.note(sighting(1, fields));
    expect(watch.passed('validator')).toBe(Number.NEGATIVE_INFINITY);
    watch.note(sighting(2, fields));
    expect([watch.passed('validator'), watch.heardAt('validator')]).toEqual([Number.NEGATIVE_INFINITY, 2]);
    watch.note(sighting(3, { countsEnds: at(5, 1), countsRead: at(5, 1) }));
    expect(watch.passed('validator')).toBe(3);
  });

  it.each<[string, Partial<LinkSighting>]>([
    ['topic', { ends: at(10, 20_000) }],
    ['stage-counts', { countsEnds: at(5_000), countsRead: at(5) }],
  ])('does not wait for the end that %s had before it was made anew', (_case, fields) => {
    const watch = new LinkWatch();
    for (let time = 1; time <= 100; time += 1) watch.note(sighting(time, fields));
    watch.note(sighting(101, { ends: at(1, 1), countsEnds: at(1), countsRead: at(0) }));
    watch.note(sighting(102, { ends: at(9, 9), countsEnds: at(9), countsRead: at(1) }));
    expect(watch.passed('validator')).toBe(101);
  });

  it('follows a link that never stands still', () => {
    const watch = new LinkWatch();
    const passed = Array.from({ length: 6 }, (_, index) => {
      const end = 100 * index;
      watch.note(
        sighting(index, {
          ends: at(end),
          committed: at(end - 50),
          countsEnds: at(end),
          countsRead: at(end - 50),
        }),
      );
      return watch.passed('validator');
    });
    // A look for the stage to pass, and one for the monitor.
    expect(passed).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1, 2, 3]);
  });

  it('asks for the counts that were there when the stage was seen behind, not for later ones', () => {
    const watch = new LinkWatch();
    watch.note(sighting(1, { countsEnds: at(5), countsRead: at(3) }));
    watch.note(sighting(2, { ends: at(90, 90), countsEnds: at(80), countsRead: at(5) }));
    expect(watch.passed('validator')).toBe(1);
  });

  it('does not grow while a stage stands, and still passes what it was asked first', () => {
    const watch = new LinkWatch();
    for (let time = 1; time <= 1_000; time += 1)
      watch.note(sighting(time, { ends: at(time, 0), committed: at(0, 0) }));
    watch.note(sighting(1_001, { ends: at(2_000, 0), committed: at(1, 0) }));
    expect(watch.passed('validator')).toBe(1);
    watch.note(sighting(1_002, { ends: at(2_000, 0), committed: at(2_000, 0) }));
    expect(watch.passed('validator')).toBe(1_002);
  });
});
