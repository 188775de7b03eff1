import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratedFile } from './generator';

interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  readonly doc?: string;
}
interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly doc?: string;
  readonly fields: readonly AvroField[];
}
interface AvroEnum {
  readonly type: 'enum';
  readonly name: string;
  readonly symbols: readonly string[];
}
type AvroType =
  | string
  | readonly AvroType[]
  | AvroRecord
  | AvroEnum
  | { readonly type: 'array'; readonly items: AvroType }
  | { readonly type: 'map'; readonly values: AvroType }
  | { readonly type: 'long'; readonly logicalType: string };

const BANNER = '// Generated from libs/contracts/avro by `npm run generate`. Do not edit.\n';
const primitives: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
  string: 'string',
};

/** TypeScript types and schema constants of the Avro contracts. */
export function contractTypes(root: string): readonly GeneratedFile[] {
  const folder = join(root, 'libs/contracts/avro');
  const schemas = readdirSync(folder)
    .filter((file) => file.endsWith('.avsc'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as AvroRecord);

  const declared = new Map<string, string>();
  const declare = (name: string, text: string): string => {
    const earlier = declared.get(name);
    if (earlier !== undefined && earlier !== text)
      throw new Error(
        `The Avro name ${name} has two different definitions in libs/contracts/avro: make them equal or rename one.`,
      );
    declared.set(name, text);
    return name;
  };
  const typeOf = (type: AvroType): string => {
    if (typeof type === 'string') return primitives[type] ?? type;
    if (isUnion(type)) return type.map(typeOf).reverse().join(' | ');
    switch (type.type) {
      case 'record':
        return declare(type.name, interfaceOf(type));
      case 'enum':
        return declare(type.name, enumOf(type));
      case 'array':
        return `readonly ${wrap(typeOf(type.items))}[]`;
      case 'map':
        return `Readonly<Record<string, ${typeOf(type.values)}>>`;
      default:
        return primitives[type.type] ?? type.type;
    }
  };
  const interfaceOf = (record: AvroRecord): string => {
    const fields = record.fields.map(
      (field) => `${docOf(field.doc, field.type)}  readonly ${field.name}: ${typeOf(field.type)};\n`,
    );
    return `/** ${record.doc ?? record.name} */\nexport interface ${record.name} {\n${fields.join('')}}\n`;
  };
  for (const schema of schemas) typeOf(schema);

  const names = schemas.map((schema) => schema.name);
  return [
    {
      path: 'libs/contracts/src/generated/types.ts',
      content:
        BANNER +
        `\n${[...declared.values()].join('\n')}` +
        `\n/** The record that each schema describes. */\nexport interface RecordOf {\n${names.map((name) => `  ${name}: ${name};\n`).join('')}}\n`,
    },
    {
      path: 'libs/contracts/src/generated/schemas.ts',
      content:
        BANNER +
        `\n/** Names of the Avro records that travel. */\nexport type SchemaName = ${names.map((name) => `'${name}'`).join(' | ')};\n` +
        `\n/** The Avro schemas, as registered. */\nexport const schemas: Readonly<Record<SchemaName, object>> = {\n${schemas
          .map((schema) => `  ${schema.name}: ${JSON.stringify(schema)},\n`)
          .join('')}};\n`,
    },
  ];
}

const isUnion = (type: AvroType): type is readonly AvroType[] => Array.isArray(type);

const wrap = (type: string): string => (type.includes(' ') ? `(${type})` : type);

const enumOf = ({ name, symbols }: AvroEnum): string =>
  `export const ${name} = [${symbols.map((symbol) => `'${symbol}'`).join(', ')}] as const;\n` +
  `export type ${name} = (typeof ${name})[number];\n`;

function docOf(doc: string | undefined, type: AvroType): string {
  const isTimestamp =
    JSON.stringify(type).includes('timestamp-millis') && !JSON.stringify(type).includes('"record"');
  const text = `${doc ?? ''}${isTimestamp ? ' Milliseconds since 1970, UTC.' : ''}`.trim();
  return text ? `  /** ${text} */\n` : '';
}
