import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { waitForLock } from './lock-file';
import { run } from './run';
import { messageOf, StackError, systemCodeOf } from './stack-error';

const KAFKA_VERSION = '4.3.1';
export const APICURIO_VERSION = '2.6.13.Final';
const LOG4J_VERSION = '2.25.4';
/** Pinned: which version Maven picks by itself depends on Maven's own version. */
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
/** Apache Kafka 4 and Apicurio 2.6 both need it. */
const JAVA_AT_LEAST = 17;
/** Jars, archive, its unpacked copy, and Maven's own repository. */
const BYTES_NEEDED = 700 * 1024 * 1024;

export type Progress = (line: string) => void;

/** Where the fetched parts are. */
export interface Provisioned {
  readonly java: string;
  /** Folder of Kafka's jars. */
  readonly kafkaLibs: string;
  /** Folder of the unpacked Apicurio archive. */
  readonly apicurio: string;
  /** Files for `classArchive`, one per program; they depend on the exact JVM. */
  readonly archives: { readonly kafka: string; readonly registry: string };
}

/** `$HEADWATER_CACHE`, else `$XDG_CACHE_HOME/headwater`, else `~/.cache/headwater`: outside every checkout, shared by all. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.HEADWATER_CACHE) return env.HEADWATER_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'headwater');
}

/**
 * Makes sure that Java is there and that Kafka and Apicurio are in the cache, fetching what is missing with Maven. A part
 * appears in the cache complete or not at all; two processes at once are safe: the second waits for the first.
 */
export async function provision(
  onProgress: Progress = () => undefined,
  cache = cacheFolder(),
): Promise<Provisioned> {
  const { java, version } = await findJava();
  const kafka = join(cache, `kafka-${KAFKA_VERSION}-log4j-${LOG4J_VERSION}`);
  const apicurio = join(cache, `apicurio-${APICURIO_VERSION}`);
  if (!existsSync(kafka) || !existsSync(apicurio)) {
    makeCache(cache);
    const lock = await waitForLock(join(cache, 'provision.lock'), 'fetching Kafka and Apicurio', (holder) => {
      onProgress(`waiting for process ${holder.pid}, which is ${holder.what} into ${cache}`);
    });
    try {
      removeLeftovers(cache);
      await fetchOnce(kafka, cache, `Apache Kafka ${KAFKA_VERSION}`, onProgress, fetchKafka);
      await fetchOnce(apicurio, cache, `Apicurio Registry ${APICURIO_VERSION}`, onProgress, fetchApicurio);
    } finally {
      lock.release();
    }
  }
  const jvm = createHash('sha256').update(version).digest('hex').slice(0, 12);
  const archives = {
    kafka: join(kafka, `classes-${jvm}.jsa`),
    registry: join(apicurio, `classes-${jvm}.jsa`),
  };
  return { java, kafkaLibs: join(kafka, 'lib'), apicurio, archives };
}

type Fetch = (folder: string) => Promise<void>;

async function fetchOnce(
  target: string,
  cache: string,
  name: string,
  onProgress: Progress,
  fetch: Fetch,
): Promise<void> {
  if (existsSync(target)) return;
  const started = performance.now();
  onProgress(`fetching ${name} with Maven (once; kept in ${cache})`);
  const folder = mkdtempSync(join(cache, 'tmp-'));
  try {
    await fetch(folder);
    renameSync(folder, target);
  } catch (error) {
    throw systemCodeOf(error) === 'ENOSPC' ? diskFull(cache) : error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  onProgress(`${name} fetched in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** Kafka ships no slf4j binding; without one its logs are lost. 1.x of slf4j, as Kafka's own clients use. */
async function fetchKafka(folder: string): Promise<void> {
  const dependency = (groupId: string, artifactId: string, version: string): string =>
    `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`;
  writeFileSync(
    join(folder, 'pom.xml'),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>headwater</groupId><artifactId>embedded-kafka</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
${dependency('org.apache.kafka', 'kafka_2.13', KAFKA_VERSION)}
${dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', LOG4J_VERSION)}
</dependencies></project>\n`,
  );
  await maven(folder, [
    `${DEPENDENCY_PLUGIN}:copy-dependencies`,
    '-DincludeScope=runtime',
    '-DoutputDirectory=lib',
  ]);
  requireFile(join(folder, 'lib', `kafka_2.13-${KAFKA_VERSION}.jar`));
}

async function fetchApicurio(folder: string): Promise<void> {
  const artifact = `io.apicurio:apicurio-registry-app:${APICURIO_VERSION}:tar.gz:all`;
  await maven(folder, [`${DEPENDENCY_PLUGIN}:copy`, `-Dartifact=${artifact}`, '-DoutputDirectory=.']);
  const archive = `apicurio-registry-app-${APICURIO_VERSION}-all.tar.gz`;
  const unpacked = await run('tar', ['xzf', archive], { cwd: folder });
  if (unpacked.error !== null) {
    throw isDiskFull(unpacked.output)
      ? diskFull(folder)
      : new StackError(
          `${archive} could not be unpacked: ${firstLine(unpacked.output)}`,
          'Install `tar` and `gzip`, then start again',
        );
  }
  rmSync(join(folder, archive));
  requireFile(join(folder, `apicurio-registry-app-${APICURIO_VERSION}-runner.jar`));
}

function requireFile(file: string): void {
  if (!existsSync(file)) {
    throw new StackError(
      `Maven reported success but ${file} is missing`,
      'Remove the cache folder and start again',
    );
  }
}

async function maven(folder: string, args: readonly string[]): Promise<void> {
  const { error, output } = await run('mvn', ['-q', '-B', ...args], { cwd: folder });
  if (error !== null) throw mavenProblem(error.code === 'ENOENT', output, folder);
}

/** Maven's output as one sentence with the fix. */
export function mavenProblem(notFound: boolean, output: string, folder: string): StackError {
  if (notFound) {
    return new StackError(
      'Maven (`mvn`) is not installed; it fetches Kafka and the schema registry',
      'Install it (`apt-get install maven`, `brew install maven`) and start again',
    );
  }
  if (isDiskFull(output)) return diskFull(folder);
  const host = /Unknown host ([\w.-]+)/.exec(output)?.[1];
  const reason = firstLine(output);
  if (
    host !== undefined ||
    /Connection (refused|reset|timed out)|Connect(ion)? to|status code|status: \d{3}|Could not transfer/i.test(
      output,
    )
  ) {
    return new StackError(
      `Maven could not download${host === undefined ? '' : ` from ${host}`}: ${reason}`,
      'Check the network or proxy, or name a mirror in ~/.m2/settings.xml, and start again',
    );
  }
  return new StackError(
    `Maven failed: ${reason}`,
    'Run the same start again; if it repeats, remove ~/.m2/repository and try once more',
  );
}

function isDiskFull(output: string): boolean {
  return /No space left on device|ENOSPC|Disk quota exceeded/i.test(output);
}

function diskFull(folder: string, bytesNeeded = BYTES_NEEDED): StackError {
  return new StackError(
    `The disk of ${folder} is full`,
    `Free ${Math.round(bytesNeeded / 1024 / 1024)} MB there, or set HEADWATER_CACHE to a folder on another disk`,
  );
}

const ANSI_COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g');

/** The first line of Maven's output that says something, without its colours and prefix. */
function firstLine(output: string): string {
  const plain = output
    .split('\n')
    .map((line) =>
      line
        .replace(ANSI_COLOURS, '')
        .replace(/^\[(ERROR|WARNING)\]\s*/, '')
        .trim(),
    )
    .filter((line) => line !== '');
  return (plain[0] ?? 'no output').replace(/\.$/, '').slice(0, 400);
}

/** Makes the cache folder. Throws a StackError when that is impossible or its disk has less than `bytesNeeded` left. */
export function makeCache(cache: string, bytesNeeded = BYTES_NEEDED): void {
  try {
    mkdirSync(cache, { recursive: true });
  } catch (error) {
    throw new StackError(
      `The cache folder ${cache} cannot be made: ${messageOf(error)}`,
      'Set HEADWATER_CACHE to a folder that this user may write to',
    );
  }
  const { bavail, bsize } = statfsSync(cache);
  if (bavail * bsize < bytesNeeded) throw diskFull(cache, bytesNeeded);
}

/** Called under the lock, so whatever is half-made belongs to a process that died. */
function removeLeftovers(cache: string): void {
  for (const name of readdirSync(cache)) {
    if (name.startsWith('tmp-')) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

/** `$JAVA_HOME/bin/java` or `java` from the path, if it is new enough. */
async function findJava(env: NodeJS.ProcessEnv = process.env): Promise<{ java: string; version: string }> {
  const fromHome = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : null;
  const java = fromHome !== null && existsSync(fromHome) ? fromHome : 'java';
  const { error, output } = await run(java, ['-version'], { cwd: process.cwd() });
  const problem = javaProblem(error !== null, output);
  if (problem !== null) throw problem;
  return { java, version: output };
}

/** What is wrong with this Java, or null. `output` is what `java -version` printed. */
export function javaProblem(failed: boolean, output: string): StackError | null {
  const fix = `Install a JDK or JRE ${JAVA_AT_LEAST} or later (\`apt-get install openjdk-17-jre-headless\`) or set JAVA_HOME to one`;
  if (failed)
    return new StackError('Java was not found; the embedded Kafka and schema registry need it', fix);
  const version = /version "(\d+)(?:\.(\d+))?/.exec(output);
  if (version === null)
    return new StackError(`The version of Java could not be read from "${firstLine(output)}"`, fix);
  // Java 8 and before call themselves 1.8, 1.7, …
  const major = version[1] === '1' ? Number(version[2] ?? 0) : Number(version[1]);
  return major >= JAVA_AT_LEAST
    ? null
    : new StackError(`Java ${major} is too old for Kafka 4 (needs ${JAVA_AT_LEAST})`, fix);
}
