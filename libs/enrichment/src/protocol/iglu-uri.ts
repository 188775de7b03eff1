import type { SelfDescribing } from '@headwater/contracts';

/** Which schema describes some data. */
export type SchemaKey = Omit<SelfDescribing, 'data'>;

const IGLU_URI =
  /^iglu:([a-zA-Z0-9-_.]+)\/([a-zA-Z0-9-_]+)\/([a-zA-Z0-9-_]+)\/([1-9]\d{0,8})-(0|[1-9]\d{0,8})-(0|[1-9]\d{0,8})$/;

/** Longest Iglu URI that is looked at, in characters. */
const LONGEST = 512;

/** Takes `iglu:vendor/name/format/M-R-A` apart; null when it is none. */
export function parseIgluUri(uri: string): SchemaKey | null {
  const parts = uri.length <= LONGEST ? IGLU_URI.exec(uri) : null;
  if (!parts) return null;
  const [, vendor = '', name = '', format = '', model, revision, addition] = parts;
  return {
    vendor,
    name,
    format,
    model: Number(model),
    revision: Number(revision),
    addition: Number(addition),
  };
}

export const versionOf = ({ model, revision, addition }: SchemaKey): string =>
  `${model}-${revision}-${addition}`;

export const igluUri = (key: SchemaKey): string =>
  `iglu:${key.vendor}/${key.name}/${key.format}/${versionOf(key)}`;

/** The JSON that an entity came as: its data is put in as the text that it is. */
export const jsonOf = (entity: SelfDescribing): string =>
  `{"schema":"${igluUri(entity)}","data":${entity.data}}`;
