import type { ServiceName } from '@headwater/contracts';
import type { Role } from '../report/model';
import type { StageName } from '../options';

/** A program of this folder, in plain Node, with settings. */
export interface ProgramStart {
  readonly kind: 'program';
  /** Name of `programs/<name>.process.ts`. */
  readonly program: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** One of our services as it is built and deployed: `dist/`, production configuration. */
export interface ServiceStart {
  readonly kind: 'service';
  readonly service: ServiceName;
  /** Settings that differ from the defaults. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Somebody else's program, by its command line. */
export interface CommandStart {
  readonly kind: 'command';
  /** For `sh -c`. `{port}`, `{brokers}`, `{registry}`, `{topic}` and `{group}` are replaced. */
  readonly command: string;
  /** Where it listens; a free port is chosen where this is missing. */
  readonly port?: number;
}

/** Somebody who does the work of a stage. Everything that is measured is one entry in a list of these. */
export interface Contender {
  readonly name: string;
  readonly stage: Exclude<StageName, 'pipeline'>;
  readonly role: Role;
  /** What it does, in one sentence of the report. */
  readonly does: string;
  readonly start: ProgramStart | ServiceStart | CommandStart;
  /** Topic that its records arrive in; null: it keeps nothing, or not in Kafka. */
  readonly topic: string | null;
  /** Collector: who makes the load. `itself` is a producer without HTTP, driven by `GET /start` and `/stop`. Default `requests`. */
  readonly load?: 'requests' | 'itself';
  /** Collector: where requests go. Default the tracker protocol's path. */
  readonly path?: string;
  /** Collector: file with a body to send in the place of ours. It is sent as one event. */
  readonly bodyFile?: string;
  /** Collector: records of a request in the topic. Default one. */
  readonly records?: 'one a request' | 'one an event';
  /** Stages: consumer group. Default: a new one for each round. */
  readonly group?: string;
  /** Loader: table that its rows arrive in. */
  readonly table?: string;
}
