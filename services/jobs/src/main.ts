import { ServiceError } from '@headwater/stage';
import { ConfigError, createKit, endWith, loadConfig } from '@headwater/service-kit';
import { setTimeout as sleep } from 'node:timers/promises';
import { jobs } from './jobs';

const usage = `Usage: jobs NAME [--dry-run]

${jobs.map(({ name, does }) => `  ${name.padEnd(10)} ${does}`).join('\n')}
`;

/** How often a job tries again while a part that it needs is still starting. */
const ATTEMPTS = 20;
const PAUSE_MS = 1500;

const print = (text: string): void => void process.stdout.write(text);

async function main(args: readonly string[]): Promise<number> {
  const name = args.find((argument) => !argument.startsWith('--'));
  const job = jobs.find((known) => known.name === name);
  if (!job) {
    process.stderr.write(name === undefined ? usage : `There is no job called "${name}".\n\n${usage}`);
    return 2;
  }
  const { log } = createKit(`job-${job.name}`, process.env['LOG__LEVEL'] ?? 'info');
  try {
    const config = loadConfig(job.config, process.env);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await job.run(config, { log, dryRun: args.includes('--dry-run'), print });
        return 0;
      } catch (error) {
        if (!(error instanceof ServiceError && error.retriable) || attempt === ATTEMPTS) throw error;
        log.warn({ code: error.code, attempt }, `${error.message} Trying again.`);
        await sleep(PAUSE_MS);
      }
    }
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`headwater job ${job.name}: ${error.message}\n`);
    else
      log.fatal(
        { err: error },
        `The job ${job.name} failed: ${error instanceof Error ? error.message : String(error)}`,
      );
    return error instanceof ConfigError ? 2 : 1;
  }
}

void main(process.argv.slice(2)).then(endWith);
