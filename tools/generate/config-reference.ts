import type { GeneratedFile } from './generator';
import { serviceNames, settingsOf, type Setting } from './service-config';

/** The reference page of every setting of every service. */
export function configReference(root: string): readonly GeneratedFile[] {
  const sections = serviceNames.map((service) => `## ${service}\n\n${tableOf(settingsOf(root, service))}`);
  return [
    {
      path: 'docs/reference/configuration.md',
      content: `# Configuration

Generated from the services' own schemas by \`npm run generate\`.

Every setting is an environment variable. Any of them may be given as \`<NAME>_FILE\`, the path of a file that holds the value: use that for
secrets. A service checks all of them before it starts and reports every problem at once; \`--check-config\` only does that.

${sections.join('\n\n')}
`,
    },
  ];
}

function tableOf(settings: readonly Setting[]): string {
  const rows = settings.map(
    ({ variable, type, default: fallback, required, description, secret }) =>
      `| \`${variable}\` | ${type.replaceAll('|', '\\|')} | ${required ? '**required**' : fallback === null || fallback === '' ? '' : `\`${fallback.replaceAll('|', '\\|')}\``} | ${description}${secret ? ' Secret.' : ''} |`,
  );
  return ['| variable | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
