import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { classArchive, type ClassArchive } from './class-archive';
import { assertUsableFolder } from './data-folder';
import { launch, waitUntilReady } from './managed-process';
import { assertPortFree, LOOPBACK } from './ports';
import { APICURIO_VERSION, provision, type Provisioned } from './provision';

export interface RegistryOptions {
  /** Folder of the registry alone: its database and logs. Kept over restarts, so ids stay what they were. */
  readonly dataDir: string;
  readonly port: number;
  /** `-Xmx`, in MiB. Default 256. */
  readonly heapMb?: number;
  readonly timeoutMs?: number;
  readonly provisioned?: Provisioned;
}

export interface RunningRegistry {
  /** Base of the Confluent API: `<url>/subjects` answers. */
  readonly url: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<number>;
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/**
 * Arguments of the registry's JVM. By default Apicurio keeps its database in memory and hands out ids anew, so old records
 * would decode under another schema; `WRITE_DELAY=0` writes every commit through before it is acknowledged.
 */
function registryArgs(options: RegistryOptions, apicurio: string, archive: ClassArchive): string[] {
  return [
    '-Xms64m',
    `-Xmx${options.heapMb ?? 256}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:-UsePerfData',
    ...archive.jvmArgs,
    `-Djava.io.tmpdir=${join(options.dataDir, 'tmp')}`,
    `-Dquarkus.http.host=${LOOPBACK}`,
    `-Dquarkus.http.port=${options.port}`,
    `-Dquarkus.datasource.jdbc.url=jdbc:h2:file:${join(options.dataDir, 'registry')};WRITE_DELAY=0`,
    '-jar',
    join(apicurio, `apicurio-registry-app-${APICURIO_VERSION}-runner.jar`),
  ];
}

/** Starts Apicurio Registry and resolves when its Confluent API answers. */
export async function startRegistry(options: RegistryOptions): Promise<RunningRegistry> {
  assertUsableFolder(options.dataDir);
  const { java, apicurio, archives } = options.provisioned ?? (await provision());
  await assertPortFree('the schema registry', options.port);
  const temp = join(options.dataDir, 'tmp');
  rmSync(temp, { recursive: true, force: true });
  mkdirSync(temp, { recursive: true });

  const archive = classArchive(archives.registry, temp);
  const child = await launch({
    name: 'The schema registry',
    command: java,
    args: registryArgs(options, apicurio, archive),
    cwd: options.dataDir,
    logFile: join(options.dataDir, 'registry.log'),
  });
  const url = `http://${LOOPBACK}:${options.port}/apis/ccompat/v7`;
  const answers = async (): Promise<boolean> => {
    const response = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.ok;
  };
  await waitUntilReady(child, 'The schema registry', answers, options.timeoutMs ?? 90_000);
  void child.exited.then((code) => {
    archive.keep(code);
  });
  return {
    url,
    pid: child.pid,
    logFile: child.logFile,
    exited: child.exited,
    // The first stop also writes the class archive.
    stop: () => child.stop(30_000),
    kill: () => child.kill(),
  };
}
