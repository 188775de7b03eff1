import { schemas, type SchemaName } from '@headwater/contracts';

/** The parts of Avro that the contracts use. */
export type AvroType =
  | 'null'
  | 'boolean'
  | 'int'
  | 'long'
  | 'double'
  | 'string'
  | (string & {})
  | readonly AvroType[]
  | AvroRecord
  | { readonly type: 'enum'; readonly name: string; readonly symbols: readonly string[] }
  | { readonly type: 'array'; readonly items: AvroType }
  | { readonly type: 'map'; readonly values: AvroType }
  | { readonly type: 'long'; readonly logicalType: 'timestamp-millis' };

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  readonly doc?: string;
}

export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly doc?: string;
  readonly fields: readonly AvroField[];
}

export const avroRecord = (name: SchemaName): AvroRecord => schemas[name] as AvroRecord;
