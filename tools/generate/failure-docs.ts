import { noise } from '@headwater/stage';
import { FailureType } from '@headwater/contracts';
import {
  badrowEquivalents,
  badrowVersions,
  failureTypes,
  stepKinds,
  type Equivalent,
} from '@headwater/recovery';
import type { GeneratedFile } from './generator';

/** The reference page of failure types, and that of the steps of recipes. */
export const failureDocs = (): readonly GeneratedFile[] => [
  { path: 'docs/reference/failed-events.md', content: failurePage() },
  { path: 'docs/reference/recipe-steps.md', content: stepPage() },
];

const types = FailureType.filter((type) => type !== 'unknown');

function failurePage(): string {
  return `# Failed events: the types

Generated from \`libs/recovery/src/failure-types.ts\` by \`npm run generate\`.

An event that cannot go on becomes a failed event with every reason. Its type is that of the first reason. \`headwater failed show ID\` prints what
stands here for one event; [why did my event fail](../how-to/find-failed-events.md) and [repair and replay](../how-to/repair-and-replay.md) tell how to
work with them.

| type | meaning | can be replayed | bad row |
| --- | --- | --- | --- |
${types.map((type) => `| [\`${type}\`](#${type}) | ${failureTypes[type].meaning} | ${failureTypes[type].replay} | \`${failureTypes[type].badrow}\` |`).join('\n')}

${types.map(section).join('\n\n')}

## Coming from Snowplow

\`headwater failed export --format badrows\` writes rows of \`com.snowplowanalytics.snowplow.badrows\`, in the versions ${Object.entries(
    badrowVersions,
  )
    .map(([name, version]) => `\`${name}\` ${version}`)
    .join(', ')}. They hold
what the failed event holds: no address, no cookie, and pseudonyms for identifiers. What each case of the family is here:

| bad row | case | here | |
| --- | --- | --- | --- |
${Object.entries(badrowEquivalents)
  .flatMap(([name, cases]) => cases.map((equivalent) => equivalentRow(name, equivalent)))
  .join('\n')}
`;
}

function section(type: FailureType): string {
  const { meaning, stages, causes, fixes, replay, replayNote, badrow } = failureTypes[type];
  return `## ${type}

${meaning} Reported by: ${stages.join(', ')}.

Causes:

${list(causes)}

What usually helps:

${list(fixes)}

Replay: ${replay}. ${replayNote}${noise.has(type) ? '\n\nIt is noise: kept and counted, and left out of quality ratios.' : ''}

As a bad row: \`${badrow}\`.`.replaceAll(/ +$/gm, '');
}

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

const equivalentRow = (row: string, { name, type, note }: Equivalent): string =>
  `| \`${row}\` | ${name} | ${type === null ? 'does not happen' : `\`${type}\``} | ${note} |`;

function stepPage(): string {
  return `# Steps of a recipe

Generated from \`libs/recovery/src/recipes/steps\` by \`npm run generate\`. [Repair and replay](../how-to/repair-and-replay.md) tells how to write a recipe.

${stepKinds
  .map(({ op, summary, config, example }) => {
    const settings = Object.keys(config.shape).map((name) => `\`${name}\``);
    return `## ${op}\n\n${summary}\n\nSettings: ${settings.join(', ')}.\n\n\`\`\`yaml\n${example
      .split('\n')
      .map((line, index) => `${index === 0 ? '- ' : '  '}${line}`)
      .join('\n')}\n\`\`\``;
  })
  .join('\n\n')}
`;
}
