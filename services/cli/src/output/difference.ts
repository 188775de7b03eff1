/** One thing that a repair changes. */
export interface Difference {
  /** `$.parameters.res`, `$.unstruct_event.data.total`. */
  readonly path: string;
  /** Undefined: it was not there. */
  readonly before: unknown;
  /** Undefined: it is gone. */
  readonly after: unknown;
}

/** What is different between the parameters of an event before and after a repair, inside self-describing data too. */
export const differencesOf = (
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly Difference[] => differencesIn('$', opened(before), opened(after));

/** The parameters with the self-describing ones taken out of their wrappers, as recipes name them. */
function opened({ ue_pr, co, ...parameters }: Readonly<Record<string, string>>): unknown {
  return { parameters, unstruct_event: dataOf(ue_pr), contexts: dataOf(co) };
}

function dataOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    const json = JSON.parse(text) as unknown;
    return isObject(json) && 'data' in json ? json['data'] : json;
  } catch {
    return text;
  }
}

function differencesIn(path: string, before: unknown, after: unknown): readonly Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((item, index) => differencesIn(`${path}[${index}]`, item, after[index]));
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
      differencesIn(memberPath(path, name), before[name], after[name]),
    );
  return [{ path, before, after }];
}

const memberPath = (path: string, name: string): string =>
  /^[A-Za-z_$][\w$-]*$/.test(name) ? `${path}.${name}` : `${path}['${name.replace(/['\\]/g, '\\$&')}']`;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
