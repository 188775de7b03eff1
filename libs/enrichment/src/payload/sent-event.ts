import type { Failure, SelfDescribing } from '@headwater/contracts';
import { failure } from '@headwater/stage';
import { kindOf } from '../json-kinds';
import { parameters, positionOf, type ParameterValues } from '../protocol/parameters';

/** One event of a payload as it was sent, before anything is made of it. */
export interface SentEvent {
  /** Position in the payload, from 0. */
  readonly index: number;
  readonly values: ParameterValues;
  /** Contexts that the request itself gives it, besides those in its parameters. */
  readonly contexts: readonly SelfDescribing[];
  /** What is already known to be wrong with it. */
  readonly problems: readonly Failure[];
}

const source = 'trackerProtocol';

/** What every event must carry. */
const required = parameters
  .map(({ key, expectation }, position) => ({ key, expectation, position }))
  .filter(({ key }) => ['e', 'p', 'tv'].includes(key));

/** An event whose parameters all come from a query string; those that the protocol does not know are passed over. */
export function sentInQuery(
  query: ReadonlyMap<string, string>,
  { index = 0, contexts = [] }: Partial<Pick<SentEvent, 'index' | 'contexts'>> = {},
): SentEvent {
  const values = override(noValues(), query);
  return { index, values, contexts, problems: missing(values) };
}

/**
 * An event from the body of a POST, where only texts under known names are allowed. The query string of the request
 * overrides each event.
 */
export function sentInBody(index: number, body: unknown, query: ReadonlyMap<string, string>): SentEvent {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const problem = failure(
      'tracker_protocol_violation',
      `Event ${index} of the payload is ${kindOf(body)}, not an object of parameters. Send an object.`,
      { path: `/data/${index}`, expectation: 'an object of parameters', source },
    );
    return { index, values: override(noValues(), query), contexts: [], problems: [problem] };
  }
  const values = noValues();
  const problems: Failure[] = [];
  const sent = body as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(sent)) {
    const position = positionOf(key);
    const value = sent[key];
    if (position === undefined || parameters[position]?.inBody === false) problems.push(unknown(key));
    else if (typeof value === 'string') values[position] = value === '' ? undefined : value;
    else {
      problems.push(notText(key, value));
      if (typeof value === 'number' || typeof value === 'boolean') values[position] = String(value);
      else if (value !== null && parameters[position]?.disclosure === 'selfDescribing')
        values[position] = writtenAgain(value);
    }
  }
  override(values, query);
  problems.push(...missing(values));
  return { index, values, contexts: [], problems };
}

/** Self-describing data that came as JSON and not as its text: a replay needs it. Too deep to be written is not readable. */
function writtenAgain(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return 'nested too deeply';
  }
}

const noValues = (): (string | undefined)[] =>
  new Array<string | undefined>(parameters.length).fill(undefined);

function override(
  values: (string | undefined)[],
  query: ReadonlyMap<string, string>,
): (string | undefined)[] {
  for (const [key, value] of query) {
    const position = positionOf(key);
    if (position !== undefined) values[position] = value;
  }
  return values;
}

const missing = (values: ParameterValues): readonly Failure[] =>
  required
    .filter(({ position }) => values[position] === undefined)
    .map(({ key, expectation }) =>
      failure(
        'tracker_protocol_violation',
        `The parameter ${key} is missing. Every event must carry it: set it in the tracker.`,
        { field: key, expectation, source },
      ),
    );

const unknown = (key: string): Failure =>
  failure(
    'tracker_protocol_violation',
    'The event has a parameter that the tracker protocol does not know. Put own data into a context, or correct the name.',
    { field: shortened(key), expectation: 'a parameter of payload_data 1-0-4', source },
  );

const notText = (key: string, value: unknown): Failure =>
  failure(
    'tracker_protocol_violation',
    `The parameter ${key} is ${kindOf(value)}, and all parameters are texts. Send it in quotes, or leave it out.`,
    { field: key, expectation: 'a text', source },
  );

/** A name that anyone may have made up: short, and without what is not the stuff of names. */
const shortened = (key: string): string => key.slice(0, 64).replace(/[^\w.-]/g, '…');
