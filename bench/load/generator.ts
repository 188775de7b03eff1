import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Histogram } from '../measure/histogram';
import type { LoadCounts, LoadPlan } from './protocol';
import { requestOf, stampRequest, type Request } from './request';
import { ResponseReader, type Response } from './response-reader';

const HOST = '127.0.0.1';
/** How long answers are waited for after the last request, milliseconds. */
const PATIENCE_MS = 15_000;
/** Time between two looks at what is due, milliseconds. */
const TICK_MS = 1;
/** How long a connection that was refused waits, milliseconds. */
const RECONNECT_MS = 20;

/**
 * Sends prepared requests over plain sockets, one at a time on each: closed (the next one after the answer) or at a fixed rate
 * (open: requests are due by the clock, and wait when all connections are busy).
 */
export class Generator {
  private readonly latencies = new Histogram();
  private readonly lines: Line[];
  private readonly idle: Line[] = [];
  /** Times at which requests were due that found no idle connection. */
  private readonly waiting: number[] = [];
  private readonly begun = performance.now();
  private readonly timer: NodeJS.Timeout | null;
  private due = 0;
  private nextEvent = 0;
  private sent = 0;
  private accepted = 0;
  private refused = 0;
  private broken = 0;
  private stopping = false;

  constructor(private readonly plan: LoadPlan) {
    const shape = {
      host: `${HOST}:${plan.port}`,
      path: plan.path,
      eventsPerRequest: plan.eventsPerRequest,
      run: plan.run,
      now: Date.now(),
      ...(plan.bodyFile === undefined ? {} : { body: readFileSync(plan.bodyFile) }),
    };
    this.lines = Array.from(
      { length: plan.connections },
      (_none, index) => new Line(plan.port, requestOf(shape, index), this),
    );
    this.timer =
      plan.requestsPerSecond === null
        ? null
        : setInterval(() => {
            this.sendWhatIsDue(plan.requestsPerSecond ?? 0);
          }, TICK_MS);
  }

  counts(): LoadCounts {
    const [p50, p99, p999] = [50, 99, 99.9].map((percent) => this.latencies.percentile(percent));
    const latency = p50 == null || p99 == null || p999 == null ? null : { p50, p99, p999 };
    this.latencies.clear();
    return { sent: this.sent, accepted: this.accepted, refused: this.refused, broken: this.broken, latency };
  }

  async stop(): Promise<LoadCounts> {
    this.stopping = true;
    if (this.timer !== null) clearInterval(this.timer);
    const deadline = performance.now() + PATIENCE_MS;
    while (this.lines.some((line) => line.busy) && performance.now() < deadline) await sleep(5);
    for (const line of this.lines) line.close();
    this.broken = this.sent - this.accepted - this.refused;
    return this.counts();
  }

  /** A connection can take a request. */
  ready(line: Line): void {
    if (this.stopping) return;
    if (this.timer === null) this.send(line, performance.now());
    else {
      const dueAt = this.waiting.shift();
      if (dueAt === undefined) this.idle.push(line);
      else this.send(line, dueAt);
    }
  }

  answered(response: Response, dueAt: number): void {
    if (response.status >= 200 && response.status < 300) this.accepted += 1;
    else this.refused += 1;
    this.latencies.add(performance.now() - dueAt);
  }

  lost(): void {
    this.broken += 1;
  }

  /** The connection of a line has ended; the line says so again when it has another. */
  gone(line: Line): void {
    const at = this.idle.indexOf(line);
    if (at >= 0) this.idle.splice(at, 1);
  }

  private sendWhatIsDue(perSecond: number): void {
    const until = Math.floor(((performance.now() - this.begun) / 1000) * perSecond);
    for (; this.due < until; this.due += 1) {
      const dueAt = this.begun + (this.due * 1000) / perSecond;
      const line = this.idle.pop();
      if (line) this.send(line, dueAt);
      else this.waiting.push(dueAt);
    }
  }

  private send(line: Line, dueAt: number): void {
    this.sent += 1;
    line.send(this.nextEvent, dueAt);
    this.nextEvent += this.plan.eventsPerRequest;
  }
}

/** One connection, opened again whenever it ends. */
class Line {
  busy = false;
  private readonly reader = new ResponseReader();
  private socket: Socket;
  private dueAt = 0;
  private closed = false;

  constructor(
    private readonly port: number,
    private readonly request: Request,
    private readonly owner: Generator,
  ) {
    this.socket = this.open();
  }

  /** The event ids may be written over: the request before was answered, so its bytes have left. */
  send(firstEvent: number, dueAt: number): void {
    this.busy = true;
    this.dueAt = dueAt;
    stampRequest(this.request, firstEvent);
    this.socket.write(this.request.bytes);
  }

  close(): void {
    this.closed = true;
    this.socket.destroy();
  }

  private open(): Socket {
    const socket = connect({ host: HOST, port: this.port, noDelay: true });
    let failed = false;
    socket.once('connect', () => {
      this.owner.ready(this);
    });
    socket.on('data', (bytes) => {
      const response = this.reader.read(bytes);
      if (response) this.settle(response);
    });
    socket.on('error', () => {
      failed = true;
    });
    socket.once('close', () => {
      this.ended(failed);
    });
    return socket;
  }

  private settle(response: Response): void {
    this.busy = false;
    this.owner.answered(response, this.dueAt);
    // What follows a closing answer is sent on the connection that replaces this one.
    if (response.closes) this.socket.destroy();
    else this.owner.ready(this);
  }

  private ended(failed: boolean): void {
    this.owner.gone(this);
    if (this.busy) {
      const response = this.reader.end();
      this.busy = false;
      if (response) this.owner.answered(response, this.dueAt);
      else this.owner.lost();
    }
    if (this.closed) return;
    setTimeout(
      () => {
        if (!this.closed) this.socket = this.open();
      },
      failed ? RECONNECT_MS : 0,
    );
  }
}
