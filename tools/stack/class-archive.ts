import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const AFTER_SIGTERM = 128 + 15;

/**
 * A JVM spends most of a start on loading and checking classes. HotSpot can keep the result in an archive (JEP 350): the
 * first run of a program writes it when it ends cleanly, the later ones map it. Kafka then starts in about half of the time
 * and the registry in a third. An archive of another JVM or other jars is ignored by the JVM itself.
 */
export interface ClassArchive {
  readonly jvmArgs: readonly string[];
  /** To be called with the exit code once the JVM has ended: puts an archive that it wrote into its place. */
  keep(exitCode: number): void;
}

/**
 * @param file where the archive belongs; nothing else knows whether it is there
 * @param tempDir folder of this run, where the JVM may write
 */
export function classArchive(file: string, tempDir: string): ClassArchive {
  const known = '-XX:+IgnoreUnrecognizedVMOptions';
  if (existsSync(file)) return { jvmArgs: [known, `-XX:SharedArchiveFile=${file}`], keep: () => undefined };
  const written = join(tempDir, 'classes.jsa');
  return {
    jvmArgs: [known, `-XX:ArchiveClassesAtExit=${written}`],
    keep(exitCode) {
      // Killed while writing: half an archive.
      const complete = exitCode === 0 || exitCode === AFTER_SIGTERM;
      if (!complete || !existsSync(written) || existsSync(file)) return;
      // The cache may be on another disk: copy next to the place, then appear there complete.
      const beside = `${file}.${process.pid}`;
      try {
        copyFileSync(written, beside);
        renameSync(beside, file);
      } catch {
        // Only the next start's speed is at stake.
      } finally {
        rmSync(beside, { force: true });
        rmSync(written, { force: true });
      }
    },
  };
}
