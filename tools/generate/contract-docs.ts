import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sizings, subjectOf, topics, type Topic } from '@headwater/contracts';
import type { GeneratedFile } from './generator';

interface AvroField {
  readonly name: string;
  readonly type: unknown;
  readonly doc?: string;
}

const table: readonly Topic[] = Object.values(topics);

/** The dataflow diagram of ARCHITECTURE.md and one contract page a topic. */
export function contractDocs(root: string): readonly GeneratedFile[] {
  return [
    { path: 'ARCHITECTURE.md', content: withDiagram(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')) },
    { path: 'docs/reference/topics/README.md', content: overview() },
    ...table.map((topic) => ({
      path: `docs/reference/topics/${topic.name}.md`,
      content: contractPage(root, topic),
    })),
  ];
}

const START = '<!-- dataflow: generated from libs/contracts/src/topics.ts by `npm run generate` -->';
const END = '<!-- /dataflow -->';

function withDiagram(page: string): string {
  const from = page.indexOf(START);
  const to = page.indexOf(END);
  if (from < 0 || to < from)
    throw new Error(
      `ARCHITECTURE.md lacks the lines "${START}" and "${END}" between which the diagram goes. Put them back.`,
    );
  return `${page.slice(0, from + START.length)}\n\n${diagram()}\n\n${page.slice(to)}`;
}

function diagram(): string {
  const edges = table.flatMap(({ name, producers, readers }) => [
    ...producers.map((producer) => `  ${producer} --> ${name}`),
    ...readers.map((reader) => `  ${name} --> ${reader}`),
  ]);
  return [
    '```mermaid',
    'flowchart LR',
    '  trackers([Snowplow trackers]) --> collector',
    ...table.map(({ name }) => `  ${name}[(${name})]`),
    ...edges,
    '  loader --> clickhouse[(ClickHouse)]',
    '  clickhouse -. history .-> quality-monitor',
    '```',
  ].join('\n');
}

function overview(): string {
  const rows = table.map(
    ({ name, schema, producers, readers, summary }) =>
      `| [${name}](${name}.md) | ${schema} | ${producers.join(', ')} | ${readers.join(', ')} | ${summary} |`,
  );
  return `# Topics

Generated from \`libs/contracts/src/topics.ts\` by \`npm run generate\`.

| topic | value | written by | read by | what it is for |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

In a cluster each has ${String(sizings.cluster.partitions)} partitions, replication factor ${String(sizings.cluster.replicationFactor)} and \`min.insync.replicas=${String(sizings.cluster.minInsyncReplicas)}\`;
embedded ${String(sizings.embedded.partitions)}, ${String(sizings.embedded.replicationFactor)} and ${String(sizings.embedded.minInsyncReplicas)}.
`;
}

function contractPage(root: string, topic: Topic): string {
  const schema = JSON.parse(readFileSync(join(root, `libs/contracts/avro/${topic.schema}.avsc`), 'utf8')) as {
    doc: string;
    fields: readonly AvroField[];
  };
  const example = readFileSync(join(root, `libs/contracts/examples/${topic.schema}.json`), 'utf8').trim();
  return `# ${topic.name}

Generated from \`libs/contracts\` by \`npm run generate\`.

${topic.summary}

| | |
| --- | --- |
| value | Avro record \`io.headwater.${topic.schema}\` in the Confluent wire format: byte \`0\`, schema id in 4 bytes big-endian, Avro binary |
| subject | \`${subjectOf(topic)}\`, compatibility \`FULL_TRANSITIVE\` |
| key | ${topic.key.length === 0 ? 'none' : `UTF-8 text: ${topic.key.map((field) => `\`${field}\``).join(', then U+001F, then ')}`} |
| partitioner | murmur2 of the key, as the Java client and librdkafka's \`murmur2_random\` |
| written by | ${topic.producers.join(', ')} |
| read by | ${topic.readers.join(', ')} |
| retention | ${String(topic.retentionHours)} hours |
| largest record batch | ${String(topic.maxMessageBytes)} bytes |
| compression | whatever the producer chose: gzip, snappy, lz4 and zstd must be readable |

## How to read it

1. **Set \`isolation.level=read_committed\`.** Records are written in transactions. librdkafka reads committed records by default, the Java client
   does not; a reader of uncommitted records sees events that were taken back and sees others twice.
2. **Start at the earliest offset** (\`auto.offset.reset=earliest\`), and commit your offset after you have used the record.
3. **Offsets have gaps**: the ends of transactions take offsets of their own. Never count records by subtracting offsets.
4. **Decode by the schema id in the record**, not by the latest schema. Look the id up once (\`GET /schemas/ids/{id}\`) and keep it.
5. **Expect new fields.** Every change is readable by old readers and the other way round: a field may be added with a default, an enum may get
   a symbol (an old reader sees \`unknown\`). Times are milliseconds since 1970 in UTC.

${order(topic)}

## Fields

${schema.doc}

| field | type | meaning |
| --- | --- | --- |
${schema.fields.map((field) => `| \`${field.name}\` | ${typeText(field.type)} | ${field.doc ?? ''} |`).join('\n')}

## Example

\`\`\`json
${example}
\`\`\`
`;
}

function order(topic: Topic): string {
  if (topic.key.length === 0)
    return '## Order and duplicates\n\nThere is no key and no order. A tracker that did not hear the answer sends again, so the same events may come in two records.';
  if (topic.name === 'valid-events')
    return `## Order and duplicates

Records with the same key are in one partition. There is **no order per user**: a user's events have different keys. An event comes once: copies that
a tracker sent within the duplicate window are dropped before. A copy sent later comes again under the same \`event_id\`; a warehouse that must not see
it keeps one row for each (\`app_id\`, \`event_id\`), as the \`events\` view does. Two different events under one id are both kept: the second under a new
id, its first id in \`duplicate_of\`.

## Replays

A replayed event keeps its \`event_id\`, its \`collector_tstamp\` and its client times: it comes late, not new. Work on \`collector_tstamp\` or \`derived_tstamp\`,
never on the time of the Kafka record.`;
  return '## Order and duplicates\n\nRecords with the same key are in one partition, in the order they were written. Keep one for each id: a record may come again after a crash.';
}

function typeText(type: unknown): string {
  if (typeof type === 'string') return type;
  if (Array.isArray(type))
    return `${type
      .filter((member) => member !== 'null')
      .map(typeText)
      .join(' or ')}, or null`;
  const complex = type as {
    type: string;
    name?: string;
    logicalType?: string;
    items?: unknown;
    values?: unknown;
    symbols?: readonly string[];
  };
  if (complex.logicalType) return 'timestamp in ms';
  if (complex.type === 'enum') return (complex.symbols ?? []).join(' \\| ');
  if (complex.type === 'array') return `list of ${typeText(complex.items)}`;
  if (complex.type === 'map') return `map of ${typeText(complex.values)}`;
  return complex.name ?? complex.type;
}
