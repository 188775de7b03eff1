import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { LoadCommand, LoadCounts, LoadPlan, LoadReply } from './protocol';

/** The load generator, seen from the bench. */
export class Load {
  private readonly open = new Map<
    number,
    { readonly resolve: (counts: LoadCounts) => void; readonly reject: (error: Error) => void }
  >();
  private questions = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (reply: LoadReply) => {
      const asked = this.open.get(reply.question);
      this.open.delete(reply.question);
      if ('counts' in reply) asked?.resolve(reply.counts);
      else asked?.reject(new Error(`The load generator failed: ${reply.error}.`));
    });
    child.on('exit', (code) => {
      for (const { reject } of this.open.values())
        reject(new Error(`The load generator ended (exit code ${code ?? 'none'}).`));
      this.open.clear();
    });
  }

  /** @param command the words that start the process: node and program, with `taskset` before them where there is one */
  static async open(command: readonly string[]): Promise<Load> {
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'json',
    });
    await once(child, 'spawn');
    return new Load(child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  start(plan: LoadPlan): Promise<LoadCounts> {
    return this.ask({ kind: 'start', plan });
  }

  /** Counts since the start; latencies since the last call. */
  count(): Promise<LoadCounts> {
    return this.ask({ kind: 'count' });
  }

  /** Stops sending; the counts when every request is settled. */
  stop(): Promise<LoadCounts> {
    return this.ask({ kind: 'stop' });
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }

  private ask(command: LoadCommand): Promise<LoadCounts> {
    return new Promise((resolve, reject) => {
      this.questions += 1;
      this.open.set(this.questions, { resolve, reject });
      this.child.send({ ...command, question: this.questions }, (error) => {
        if (error) reject(error);
      });
    });
  }
}
