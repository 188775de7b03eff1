import { Platform, type EventKind } from '@headwater/contracts';

/** How the text of a parameter is read. */
export interface Kind<T> {
  /** What is accepted, for people. */
  readonly expectation: string;
  /** The value, or null when the text is not what is expected. */
  readonly read: (text: string) => T | null;
}

const BREAKS = /[\t\n\v\f\r]/;
const EVERY_BREAK = /[\t\n\v\f\r]/g;
const INTEGER = /^-?\d{1,10}$/;
const MAX_INT32 = 2_147_483_647;
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;
const DOUBLE = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const EPOCH = /^-?\d{1,15}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DIMENSIONS = /^(\d{1,10})x(\d{1,10})$/;

/** 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: the years that a timestamp may name. */
export const FIRST_TIME = -62_167_219_200_000;
export const LAST_TIME = 253_402_300_799_999;

/** Tabs and line breaks become spaces, as everywhere in the tracker protocol. */
export const oneLine = (text: string): string => (BREAKS.test(text) ? text.replace(EVERY_BREAK, ' ') : text);

export const isUuid = (text: string): boolean => UUID.test(text);

export const text: Kind<string> = { expectation: 'a text', read: oneLine };

/** A text that becomes part of keys and of metrics, so its length is bounded already here. */
export const name = (longest: number): Kind<string> => ({
  expectation: `a text of at most ${longest} characters`,
  read: (value) => (value.length <= longest ? oneLine(value) : null),
});

export const integer: Kind<number> = {
  expectation: 'a whole number from -2147483648 to 2147483647',
  read: (value) => {
    if (!INTEGER.test(value)) return null;
    const number = Number(value);
    return number <= MAX_INT32 && number >= -MAX_INT32 - 1 ? number : null;
  },
};

/** Money: kept as decimal text in its plain form (`.5` becomes `0.5`), never as a binary fraction. */
export const decimal: Kind<string> = {
  expectation: 'a decimal number such as 19.99, of at most 38 digits',
  read: (value) => {
    const [, sign = '', whole = '', fraction = ''] = DECIMAL.exec(value) ?? [];
    const digits = whole.length + fraction.length;
    if (digits === 0 || digits > 38) return null;
    return `${sign === '-' ? '-' : ''}${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
  },
};

export const double: Kind<number> = {
  expectation: 'a number such as 3.5',
  read: (value) => {
    const number = DOUBLE.test(value) ? Number(value) : Number.NaN;
    return Number.isFinite(number) ? number : null;
  },
};

export const flag: Kind<boolean> = {
  expectation: '0 or 1',
  read: (value) => (value === '1' ? true : value === '0' ? false : null),
};

export const timestamp: Kind<number> = {
  expectation: 'milliseconds since 1970, in the years 0 to 9999',
  read: (value) => {
    const time = EPOCH.test(value) ? Number(value) : Number.NaN;
    return time >= FIRST_TIME && time <= LAST_TIME ? time : null;
  },
};

export const uuid: Kind<string> = {
  expectation: 'a UUID such as 6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10',
  read: (value) => (UUID.test(value) ? value.toLowerCase() : null),
};

/** Width and height in pixels. */
export const dimensions: Kind<readonly [width: number, height: number]> = {
  expectation: 'two whole numbers joined by x, such as 1280x720',
  read: (value) => {
    const [, width, height] = DIMENSIONS.exec(value) ?? [];
    const size = [Number(width), Number(height)] as const;
    return size[0] <= MAX_INT32 && size[1] <= MAX_INT32 ? size : null;
  },
};

const eventCodes: Readonly<Record<string, EventKind>> = {
  pv: 'page_view',
  pp: 'page_ping',
  se: 'struct',
  ev: 'struct',
  ue: 'unstruct',
  tr: 'transaction',
  ti: 'transaction_item',
  ad: 'ad_impression',
};

const oneOf = (words: readonly string[]): string => `one of ${words.join(', ')}`;

/** The parameter `e`. */
export const event: Kind<EventKind> = {
  expectation: oneOf(Object.keys(eventCodes)),
  read: (value) => (Object.hasOwn(eventCodes, value) ? (eventCodes[value] ?? null) : null),
};

const platforms: ReadonlySet<string> = new Set(Platform.filter((word) => word !== 'unknown'));

/** The parameter `p`. */
export const platform: Kind<Platform> = {
  expectation: oneOf([...platforms]),
  read: (value) => (platforms.has(value) ? (value as Platform) : null),
};
