import { parseBusyTicks, parseProcessMemory, parseProcessStat, ticksBetween, treeOf } from './proc';

const stat = (pid: number, name: string, parent: number, user: number, system: number): string =>
  `${pid} (${name}) S ${parent} ${pid} ${pid} 0 -1 4194560 1 2 3 4 ${user} ${system} 5 6 20 0 11 0 99 1000 200 18446744073709551615`;

describe('parseProcessStat', () => {
  it.each([
    ['a plain name', 'node'],
    ['a name with a space', 'node MainThread'],
    ['a name that looks like the end', 'a) R 1 (b'],
  ])('reads the line of a process with %s', (_case, name) => {
    expect(parseProcessStat(stat(42, name, 7, 130, 20))).toEqual({ pid: 42, parent: 7, ticks: 150 });
  });

  it('reads its own line as the kernel writes it', () => {
    // A real line of Linux 6.
    const line =
      '1745 (MainThread) R 1731 1745 1745 0 -1 4194304 30527 2204 0 0 210 34 3 4 20 0 11 0 583021 11813253120 21310 18446744073709551615 4194304 5242880 140721 0 0 0 0 4096 134300162 0 0 0 17 1 0 0 0 0 0';
    expect(parseProcessStat(line)).toEqual({ pid: 1745, parent: 1731, ticks: 244 });
  });

  it('is null for anything else', () => {
    expect(parseProcessStat('')).toBeNull();
    expect(parseProcessStat('12 (node) S')).toBeNull();
  });
});

describe('parseProcessMemory', () => {
  it('reads what is resident and what was at most', () => {
    const status =
      'Name:\tnode\nVmPeak:\t  900000 kB\nVmHWM:\t  120000 kB\nVmRSS:\t   100000 kB\nThreads:\t11\n';
    expect(parseProcessMemory(status)).toEqual({ resident: 102_400_000, peak: 122_880_000 });
  });

  it('is null for a kernel thread', () => {
    expect(parseProcessMemory('Name:\tkthreadd\nThreads:\t1\n')).toBeNull();
  });
});

it('parseBusyTicks leaves out idle time, waiting for disks, and guests (counted as user time already)', () => {
  const text = 'cpu  100 10 50 9000 400 3 7 30 55 0\ncpu0 50 5 25 4500 200 1 3 15 20 0\nintr 1\n';
  expect(parseBusyTicks(text)).toBe(200);
});

describe('treeOf', () => {
  const processes = [
    { pid: 1, parent: 0, ticks: 5 },
    { pid: 10, parent: 1, ticks: 10 },
    { pid: 12, parent: 11, ticks: 30 },
    { pid: 11, parent: 10, ticks: 20 },
    { pid: 20, parent: 1, ticks: 99 },
  ];

  it('holds the process, its children and theirs', () => {
    expect(treeOf(10, processes).map(({ pid }) => pid)).toEqual([10, 11, 12]);
  });

  it('is empty for a process that has ended', () => {
    expect(treeOf(77, processes)).toEqual([]);
  });
});

it('ticksBetween counts new processes from zero and forgets those that ended', () => {
  const at = (pid: number, ticks: number) => ({ pid, parent: 1, ticks });
  expect(ticksBetween([at(1, 100), at(2, 50)], [at(1, 130), at(3, 7)])).toBe(37);
});
