import { describeConfig } from '@headwater/service-kit';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import type { GeneratedFile } from './generator';
import { serviceNames, settingsOf, type Setting } from './service-config';

/** The reference page of every setting of every program. */
export async function configReference(root: string): Promise<readonly GeneratedFile[]> {
  const sections = serviceNames.map((service) => `## ${service}\n\n${tableOf(settingsOf(root, service))}`);
  return [
    {
      path: 'docs/reference/configuration.md',
      content: `# Configuration

Generated from the programs' own schemas by \`npm run generate\`.

Every setting is an environment variable. Any of them may be given as \`<NAME>_FILE\`, the path of a file that holds the value: use that for
secrets. A program checks all of them before it starts and reports every problem at once; with \`--check-config\` a service only does that.

${sections.join('\n\n')}

## jobs

The settings of the jobs that prepare an installation: each reads those that it is named beside.

${tableOf(await jobSettings(root))}

## headwater

The command line has the variables of the services and jobs, so that one environment does for all; a command reads those that it needs. Without
them it takes the addresses of \`npm start\`. \`HEADWATER_OPERATOR\` names who runs it, where several people share an account.

${tableOf(await commandLineSettings(root))}

## sandbox

A collector that judges events and keeps them: its settings are those of the collector, those that enricher and validator have for look-ups, and its own.

${tableOf(await sandboxSettings(root))}
`,
    },
  ];
}

interface JobSetting extends Setting {
  readonly jobs: readonly string[];
}

async function jobSettings(root: string): Promise<readonly JobSetting[]> {
  const { jobs } = await programFile<{
    readonly jobs: readonly { readonly name: string; readonly config: z.ZodObject }[];
  }>(root, 'services/jobs/src/jobs.ts');
  const all = jobs.flatMap(({ name, config }) =>
    describeConfig(config).map((setting) => ({ ...setting, jobs: [name] })),
  );
  return once(all).map((setting) => ({
    ...setting,
    jobs: all.filter(({ variable }) => variable === setting.variable).flatMap(({ jobs }) => jobs),
  }));
}

async function commandLineSettings(root: string): Promise<readonly Setting[]> {
  const general = await programFile<Readonly<Record<string, z.ZodObject>>>(
    root,
    'services/cli/src/config.ts',
  );
  const { doctorConfig } = await programFile<{ readonly doctorConfig: z.ZodObject }>(
    root,
    'services/cli/src/doctor/config.ts',
  );
  return once([...Object.values(general), doctorConfig].flatMap(describeConfig));
}

async function sandboxSettings(root: string): Promise<readonly Setting[]> {
  const { config, sandboxDefaults } = await programFile<{
    readonly config: z.ZodObject;
    readonly sandboxDefaults: Readonly<
      Record<string, Readonly<Record<string, string | number | boolean | readonly string[]>>>
    >;
  }>(root, 'services/sandbox/src/config.ts');
  return describeConfig(config).map((setting) => {
    const [part = '', name = ''] = setting.path;
    const fallback = setting.path.length === 2 ? sandboxDefaults[part]?.[name] : undefined;
    return fallback === undefined ? setting : { ...setting, default: String(fallback) };
  });
}

/** A file of a program in the checkout: programs are no libraries, and have no name to import them by. */
const programFile = async <T>(root: string, file: string): Promise<T> =>
  (await import(pathToFileURL(join(root, file)).href)) as T;

/** Each variable where it stands first. */
const once = <S extends Setting>(settings: readonly S[]): readonly S[] =>
  [...new Map(settings.toReversed().map((setting) => [setting.variable, setting])).values()].toReversed();

function tableOf(settings: readonly (Setting | JobSetting)[]): string {
  const ofJobs = settings.some((setting) => 'jobs' in setting);
  const rows = settings.map((setting) => {
    const { variable, type, default: fallback, required, description, secret } = setting;
    const cells = [
      `\`${variable}\``,
      inCell(type),
      required ? '**required**' : fallback === null || fallback === '' ? '' : `\`${inCell(fallback)}\``,
      `${description}${secret ? ' Secret.' : ''}`,
      ...('jobs' in setting ? [setting.jobs.join(', ')] : []),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const columns = ['variable', 'type', 'default', 'meaning', ...(ofJobs ? ['jobs'] : [])];
  return [`| ${columns.join(' | ')} |`, `|${' --- |'.repeat(columns.length)}`, ...rows].join('\n');
}

const inCell = (text: string): string => text.replaceAll('|', '\\|');
