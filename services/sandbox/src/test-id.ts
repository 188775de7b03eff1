import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';

/** Header, and parameter of the query string, by which a test marks the events it sends. */
export const TEST_ID_HEADER = 'x-test-id';
export const TEST_ID_PARAMETER = 'test_id';
const LONGEST = 200;

const current = new AsyncLocalStorage<string | null>();

/** Test id of the request that is being worked on. */
export const currentTestId = (): string | null => current.getStore() ?? null;

/**
 * Works on a request so that everything that comes of it knows its test id, also when its body arrives later. The parameter
 * is taken out of the URL: it is no parameter of the tracker protocol.
 */
export function withTestId(request: IncomingMessage, work: () => void): void {
  const testId = takeTestId(request);
  const emit = request.emit.bind(request);
  // Data come in the context of the connection; what listens to them must run in that of the request.
  request.emit = (...event: Parameters<typeof emit>) => current.run(testId, () => emit(...event));
  current.run(testId, work);
}

function takeTestId(request: IncomingMessage): string | null {
  const header = request.headers[TEST_ID_HEADER];
  const [path, query] = splitAt(request.url ?? '', '?');
  if (query === null || !query.includes(`${TEST_ID_PARAMETER}=`)) return short(header);
  const parts = query.split('&');
  const isMark = (part: string): boolean => part.startsWith(`${TEST_ID_PARAMETER}=`);
  const mark = parts.find(isMark);
  const rest = parts.filter((part) => !isMark(part)).join('&');
  request.url = rest === '' ? path : `${path}?${rest}`;
  return short(header) ?? short(new URLSearchParams(mark).get(TEST_ID_PARAMETER) ?? undefined);
}

const short = (id: string | readonly string[] | undefined): string | null =>
  typeof id === 'string' && id !== '' ? id.slice(0, LONGEST) : null;

function splitAt(text: string, sign: string): readonly [string, string | null] {
  const at = text.indexOf(sign);
  return at === -1 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}
