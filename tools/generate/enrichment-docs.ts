import { enrichments, enrichmentsConfig, settableFields, type Enrichment } from '@headwater/enrichment';
import { describeConfig, type ConfigVariable } from '@headwater/service-kit';
import { z } from 'zod';
import type { GeneratedFile } from './generator';

/** The reference page of the enrichments, printed from their own definitions. */
export function enrichmentDocs(): readonly GeneratedFile[] {
  return [{ path: 'docs/reference/enrichments.md', content: page() }];
}

const variables = describeConfig(z.object({ enrichments: enrichmentsConfig.prefault({}) }));

function page(): string {
  const rows = enrichments.map(
    ({ name, summary, writes }, index) =>
      `| ${index + 1} | [${name}](#${name.toLowerCase()}) | ${summary} | ${writes.map(code).join(', ')} |`,
  );
  return `# Enrichments

Generated from the enrichments' own definitions by \`npm run generate\`.

They run in this order over every event, after the parameters of the tracker have become fields. All problems of an event are reported together.
What they read besides fields: \`user_ipaddress\` (the truncated address, which is never written), \`headers\`, \`cookies\` and \`user_agent\` of the
request, as far as the collector keeps them.

| | enrichment | does | sets |
| --- | --- | --- | --- |
${rows.join('\n')}

## Settings

Every setting is an environment variable of the enricher. All of them may stand in one file instead, YAML or JSON, that
\`ENRICHMENTS__FILE\` names; a variable wins over the file. A name that does not exist stops the start, and the message says what there is.

\`\`\`yaml
# ENRICHMENTS__FILE=/etc/headwater/enrichments.yaml
botDetection:
  drop: true
referrer:
  internalHosts: [shop.example, help.example]
campaign:
  clickIds: { gclid: Google, yclid: Yandex }
\`\`\`

Enrichments of your own run after \`pseudonymise\` and before \`dropIp\`: [how to add one](../how-to/add-an-enrichment.md).

${settingsTable(['folder', 'timeoutMs', 'custom'].flatMap((setting) => settingsBelow([setting])))}

They may set ${settableFields.map(code).join(', ')}, and add contexts.

${enrichments.map(section).join('\n\n')}
`;
}

function section({ name, summary, reads, writes, example }: Enrichment): string {
  const settings = settingsBelow([name]);
  const given = {
    ...example.given.event,
    ...withoutEmpty({ user_ipaddress: example.given.user_ipaddress, ...example.given.request }),
  };
  const parts = [
    `## ${name}`,
    summary,
    `Reads ${reads.length === 0 ? 'nothing' : reads.map(code).join(', ')}. Sets ${writes.map(code).join(', ')}.`,
    ...(settings.length === 0 ? ['It has no settings.'] : [settingsTable(settings)]),
    ...(example.settings === undefined ? [] : [`With \`${name}: ${JSON.stringify(example.settings)}\`, of`]),
    ...(example.settings === undefined ? ['Of'] : []),
    json(given),
    'it makes',
    json(example.sets),
  ];
  return parts.join('\n\n');
}

const settingsBelow = (path: readonly string[]): readonly ConfigVariable[] =>
  variables.filter((variable) => path.every((part, index) => variable.path[index + 1] === part));

function settingsTable(settings: readonly ConfigVariable[]): string {
  const rows = settings.map(
    ({ variable, type, default: fallback, description }) =>
      `| \`${variable}\` | ${type.replaceAll('|', '\\|')} | ${fallback === null || fallback === '' ? '' : `\`${fallback.replaceAll('|', '\\|')}\``} | ${description} |`,
  );
  return ['| variable | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

const withoutEmpty = (object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

const code = (text: string): string => `\`${text}\``;

const json = (value: unknown): string => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
