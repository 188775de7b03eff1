import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Toxiproxy } from 'toxiproxy-node-client';
import { goBinary, type GoProgram } from './go-binary';
import { launch, waitUntilReady } from './managed-process';
import { LOOPBACK, steadyPorts } from './ports';
import type { Progress } from './provision';
import { messageOf, StackError } from './stack-error';

const PROGRAM: GoProgram = {
  name: 'toxiproxy-server',
  path: 'github.com/Shopify/toxiproxy/v2/cmd/server',
  version: 'v2.5.0',
};

export interface ToxiproxyOptions {
  /** Folder of its log. */
  readonly folder: string;
  /** Of the choice which connections a toxic with a toxicity below 1 hits. Default 1. */
  readonly seed?: number;
  readonly onProgress?: Progress;
}

/** Each kind of toxic with its settings. Times in milliseconds unless said otherwise. */
export interface Toxics {
  /** Delays all data by `latency` ± `jitter`. */
  readonly latency: { readonly latency: number; readonly jitter: number };
  /** Lets through `rate` KB a second. */
  readonly bandwidth: { readonly rate: number };
  /** Holds back the end of a connection. */
  readonly slow_close: { readonly delay: number };
  /** Swallows all data, and ends the connection after `timeout`; 0 never does: a half-open connection. */
  readonly timeout: { readonly timeout: number };
  /** Resets the connection (RST) after `timeout`. */
  readonly reset_peer: { readonly timeout: number };
  /** Cuts the data into pieces of `average_size` ± `size_variation` bytes, `delay` **micro**seconds apart. */
  readonly slicer: {
    readonly average_size: number;
    readonly size_variation: number;
    readonly delay: number;
  };
  /** Ends the connection after so many bytes. */
  readonly limit_data: { readonly bytes: number };
}

export interface RunningToxic {
  /** Ends it. Connections that `timeout` held are closed then. Harmless the second time. */
  remove(): Promise<void>;
}

export interface ProxyHandle {
  readonly name: string;
  /** On loopback. Stays the same. */
  readonly port: number;
  /** `host:port` of `port`. */
  readonly address: string;
  /**
   * Adds a toxic to connections that are open and to new ones.
   *
   * @param stream `downstream` (default) is what the server answers, `upstream` what the client sends
   * @param toxicity share of the connections that it hits, 0–1. Default 1
   */
  toxic<T extends keyof Toxics>(
    type: T,
    attributes: Toxics[T],
    stream?: 'downstream' | 'upstream',
    toxicity?: number,
  ): Promise<RunningToxic>;
  /** Ends all connections and refuses new ones. */
  disable(): Promise<void>;
  enable(): Promise<void>;
  /** Leads new connections to another server; those that are open end. */
  reroute(upstream: string): Promise<void>;
}

export interface RunningToxiproxy {
  readonly url: string;
  readonly pid: number;
  readonly logFile: string;
  /** A proxy before the server at `upstream` (`host:port`), which need not be up. */
  proxy(name: string, upstream: string): Promise<ProxyHandle>;
  /** Ends all toxics and enables all proxies. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts toxiproxy, a TCP proxy whose connections can be slowed, cut and broken by command. It is built by `go install` the
 * first time. It does not outlive the calling process.
 */
export async function startToxiproxy(options: ToxiproxyOptions): Promise<RunningToxiproxy> {
  const command = await goBinary(PROGRAM, options.onProgress);
  mkdirSync(options.folder, { recursive: true });
  const [port = 0] = await steadyPorts(1);
  const child = await launch({
    name: 'Toxiproxy',
    command,
    args: ['-host', LOOPBACK, '-port', String(port), '-seed', String(options.seed ?? 1)],
    cwd: options.folder,
    env: { ...process.env, LOG_LEVEL: 'info' },
    logFile: join(options.folder, 'toxiproxy.log'),
  });
  const url = `http://${LOOPBACK}:${port}`;
  const api = new Toxiproxy(url);
  await waitUntilReady(child, 'Toxiproxy', async () => (await api.getVersion()) !== '', 15_000);

  const told = async <T>(what: string, request: Promise<T>): Promise<T> => {
    try {
      return await request;
    } catch (error) {
      throw new StackError(
        `Toxiproxy could not ${what}: ${messageOf(error)}`,
        `Its log is ${child.logFile}; it ${child.exitCode() === null ? 'still runs' : 'has ended'}`,
        { cause: error },
      );
    }
  };
  let toxics = 0;
  /** Toxics that have not been ended, and proxies that are disabled: `reset` ends both behind the handles' back. */
  const live = new Set<string>();
  const disabled = new Set<string>();
  return {
    url,
    pid: child.pid,
    logFile: child.logFile,
    async proxy(name, firstUpstream) {
      const [proxyPort = 0] = await steadyPorts(1);
      const listen = `${LOOPBACK}:${proxyPort}`;
      let upstream = firstUpstream;
      const proxy = await told(
        `open the proxy ${name} from ${listen} to ${upstream}`,
        api.createProxy({ name, listen, upstream, enabled: true }),
      );
      const update = async (what: string): Promise<void> => {
        await told(
          `${what} the proxy ${name}`,
          proxy.update({ enabled: !disabled.has(name), listen, upstream }),
        );
      };
      return {
        name,
        port: proxyPort,
        address: listen,
        async toxic(type, attributes, stream = 'downstream', toxicity = 1) {
          toxics += 1;
          const toxic = `${type}-${toxics}`;
          const added = await told(
            `add ${type} to the proxy ${name}`,
            proxy.addToxic({ name: toxic, type, attributes, stream, toxicity }),
          );
          live.add(toxic);
          return {
            async remove() {
              if (live.delete(toxic)) await told(`end ${type} of the proxy ${name}`, added.remove());
            },
          };
        },
        async disable() {
          disabled.add(name);
          await update('disable');
        },
        async enable() {
          disabled.delete(name);
          await update('enable');
        },
        async reroute(to) {
          upstream = to;
          await update('reroute');
        },
      };
    },
    async reset() {
      live.clear();
      disabled.clear();
      await told('end all toxics', api.reset());
    },
    stop: () => child.stop(),
  };
}
