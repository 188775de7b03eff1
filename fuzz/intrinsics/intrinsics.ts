/**
 * What all code of a process shares. An input that changes one of them changes what every object is: prototype pollution. Not
 * `Reflect`: no data leads to it, and decorators add to it while they are loaded.
 */
const WATCHED: Readonly<Record<string, object>> = {
  Object,
  Function,
  Array,
  String,
  Number,
  Boolean,
  Symbol,
  BigInt,
  Date,
  RegExp,
  Error,
  Promise,
  Map,
  Set,
  WeakMap,
  ArrayBuffer,
  Uint8Array,
  JSON,
  Math,
};

interface Known {
  readonly name: string;
  readonly object: object;
  readonly parent: object | null;
  readonly properties: ReadonlyMap<PropertyKey, PropertyDescriptor>;
}

const withPrototypes: Readonly<Record<string, object>> = Object.fromEntries(
  Object.entries(WATCHED).flatMap(([name, object]) => [
    [name, object],
    ...('prototype' in object ? [[`${name}.prototype`, object.prototype as object] as const] : []),
  ]),
);

/** Remembers what objects are when it is made. */
export class Intrinsics {
  private readonly known: readonly Known[];

  /** @param watched by their names; by default, all of them and their prototypes */
  constructor(watched = withPrototypes) {
    this.known = Object.entries(watched).map(([name, object]) => knownOf(name, object));
  }

  /** Names what was added, removed or changed since, and puts it back, so that each change is told of once. */
  changes(): readonly string[] {
    return this.known.flatMap(changesOf);
  }
}

const knownOf = (name: string, object: object): Known => ({
  name,
  object,
  parent: Reflect.getPrototypeOf(object),
  properties: new Map(
    Reflect.ownKeys(object).map((key) => [key, Reflect.getOwnPropertyDescriptor(object, key) ?? {}]),
  ),
});

function changesOf({ name, object, parent, properties }: Known): readonly string[] {
  const changed: string[] = [];
  if (Reflect.getPrototypeOf(object) !== parent) {
    Reflect.setPrototypeOf(object, parent);
    changed.push(`${name}.__proto__`);
  }
  for (const key of Reflect.ownKeys(object)) {
    const before = properties.get(key);
    if (before !== undefined && isSame(before, Reflect.getOwnPropertyDescriptor(object, key))) continue;
    changed.push(`${name}.${String(key)}`);
    if (before === undefined) Reflect.deleteProperty(object, key);
    else Reflect.defineProperty(object, key, before);
  }
  if (Reflect.ownKeys(object).length < properties.size)
    for (const [key, before] of properties)
      if (!Object.hasOwn(object, key)) {
        changed.push(`${name}.${String(key)}`);
        Reflect.defineProperty(object, key, before);
      }
  return changed;
}

const isSame = (one: PropertyDescriptor, other: PropertyDescriptor | undefined): boolean =>
  Object.is(one.value, other?.value) &&
  one.get === other?.get &&
  one.set === other?.set &&
  one.writable === other?.writable &&
  one.enumerable === other?.enumerable &&
  one.configurable === other?.configurable;
