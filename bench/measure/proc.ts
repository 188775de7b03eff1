/** One process as `/proc/<pid>/stat` shows it; times count all its threads, ended ones too (proc(5)). */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** User and system time, clock ticks. */
  readonly ticks: number;
}

/** Reads `/proc/<pid>/stat`. The name, in parentheses, may hold spaces and parentheses itself. */
export function parseProcessStat(text: string): ProcessStat | null {
  const nameEnd = text.lastIndexOf(')');
  const fields = text.slice(nameEnd + 2).split(' ');
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
  const pid = Number.parseInt(text, 10);
  if (nameEnd < 0 || ![pid, parent, user, system].every(Number.isInteger)) return null;
  return { pid, parent: parent ?? 0, ticks: (user ?? 0) + (system ?? 0) };
}

export interface ProcessMemory {
  /** Resident now, bytes. */
  readonly resident: number;
  /** Most that was ever resident, bytes. */
  readonly peak: number;
}

/** Reads `VmRSS` and `VmHWM` of `/proc/<pid>/status`; null for one without (a kernel thread, or a process that has ended). */
export function parseProcessMemory(text: string): ProcessMemory | null {
  const kibibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]);
  const [resident, peak] = [kibibytes('VmRSS') * 1024, kibibytes('VmHWM') * 1024];
  return Number.isNaN(resident) || Number.isNaN(peak) ? null : { resident, peak };
}

/**
 * Clock ticks that all processors together were busy, from `/proc/stat`: user, nice, system, interrupts, and `steal`, the time
 * that the host gave to its other guests.
 */
export function parseBusyTicks(text: string): number {
  const [user = 0, nice = 0, system = 0, , , interrupt = 0, softInterrupt = 0, steal = 0] = (
    /^cpu +(.*)$/m.exec(text)?.[1] ?? ''
  )
    .split(' ')
    .map(Number);
  return user + nice + system + interrupt + softInterrupt + steal;
}

/** A process and all that descend from it. */
export function treeOf(root: number, processes: readonly ProcessStat[]): readonly ProcessStat[] {
  const children = new Map<number, ProcessStat[]>();
  for (const member of processes) {
    const siblings = children.get(member.parent);
    if (siblings) siblings.push(member);
    else children.set(member.parent, [member]);
  }
  const tree: ProcessStat[] = processes.filter(({ pid }) => pid === root);
  for (const member of tree) tree.push(...(children.get(member.pid) ?? []));
  return tree;
}

/** Ticks that were used between two pictures of some processes: one that is new in the second counts from zero. */
export function ticksBetween(before: readonly ProcessStat[], after: readonly ProcessStat[]): number {
  const earlier = new Map(before.map(({ pid, ticks }) => [pid, ticks]));
  return after.reduce((sum, { pid, ticks }) => sum + ticks - (earlier.get(pid) ?? 0), 0);
}
