import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { defineCollector } from '@headwater/collector-server';
import { enrichmentsFile, type OpenJudge } from '@headwater/look-ups';
import type { Kit, ServiceDefinition } from '@headwater/service-kit';
import { config, sandboxDefaults, type SandboxConfig } from './config';
import { EventFile } from './event-file';
import { EventStore } from './event-store';
import { JudgingWriter } from './judging-writer';
import { MicroApi } from './micro-api';
import { openLookUps } from './open-look-ups';
import { withTestId } from './test-id';
import { welcome } from './welcome';

/** What the sandbox adds to a collector. */
interface Sandbox {
  readonly open: OpenJudge;
  readonly api: MicroApi;
  readonly writer: JudgingWriter;
  readonly store: EventStore;
}

/**
 * The sandbox: the collector with a writer that judges, and the API of Snowplow Micro before its routes, which would take
 * `/micro/all` for a vendor and a version.
 */
export function defineSandbox(say: (text: string) => void): ServiceDefinition<typeof config> {
  const opened = new WeakMap<Kit, Promise<Sandbox>>();
  const sandboxOf = (settings: SandboxConfig, kit: Kit): Promise<Sandbox> => {
    const sandbox = opened.get(kit) ?? openSandbox(settings, kit);
    opened.set(kit, sandbox);
    return sandbox;
  };
  const collector = defineCollector(
    config,
    async (settings, kit) => (await sandboxOf(settings, kit)).writer,
    {
      openJudge: async (settings, kit) => (await sandboxOf(settings, kit)).open.judge,
      openDropListener: async (settings, kit) => {
        const { store } = await sandboxOf(settings, kit);
        return () => {
          store.drop();
        };
      },
    },
  );
  return {
    ...collector,
    name: 'sandbox',
    beneath: (env) => ({ ...sandboxDefaults, enrichments: enrichmentsFile(env) }),
    connect: async (app, settings, kit) => {
      await collector.connect?.(app, settings, kit);
      const { api } = await sandboxOf(settings, kit);
      const server: Server = app.getHttpServer();
      answerFirst(server, api);
      server.once('listening', () => {
        say(
          welcome(addressOf(server), { file: settings.sandbox.file ?? null, schemas: settings.iglu.folders }),
        );
      });
    },
  };
}

export const definition = defineSandbox((text) => {
  process.stdout.write(text);
});

async function openSandbox(settings: SandboxConfig, kit: Kit): Promise<Sandbox> {
  const { maxEvents, maxBytes, file: path } = settings.sandbox;
  const store = new EventStore({ maxEvents, maxBytes });
  const file = path === undefined ? null : new EventFile(path);
  if (file) reload(file, store, kit);
  const open = await openLookUps(settings, kit);
  return {
    open,
    store,
    api: new MicroApi({ store, file, documentOf: open.documentOf }),
    writer: new JudgingWriter({ judge: open.judge, store, file, now: Date.now }),
  };
}

/** The events of the last time. The file is written anew with those that there is room for. */
function reload(file: EventFile, store: EventStore, kit: Kit): void {
  const { records, unreadable } = file.read();
  for (const record of records) store.add(record);
  if (unreadable > 0)
    kit.log.warn(
      { unreadable },
      'Lines of SANDBOX__FILE are no events and are left out: it was cut off, or is another file',
    );
  if (store.forgotten === 0 && unreadable === 0) return;
  const kept = [...store.find('good', () => true), ...store.find('bad', () => true)];
  file.rewrite(kept.sort((one, other) => one.number - other.number));
}

/** Lets the API answer before all that listens already. */
function answerFirst(server: Server, api: MicroApi): void {
  const others = server.listeners('request') as ((
    request: IncomingMessage,
    response: ServerResponse,
  ) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (api.handle(request, response)) return;
    withTestId(request, () => {
      for (const listener of others) listener.call(server, request, response);
    });
  });
}

function addressOf(server: Server): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://localhost:${String(port)}`;
}
