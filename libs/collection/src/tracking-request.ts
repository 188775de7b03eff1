/** Headers as Node hands them over: names in lower case, repeated ones joined or listed. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One request that carries events, read completely. */
export interface TrackingRequest {
  /** A HEAD counts as GET. */
  readonly method: 'GET' | 'POST';
  /** Path, aliases resolved. */
  readonly path: string;
  /** Path as it came. */
  readonly askedPath: string;
  /** What the answer is to be: only a browser that asks for a picture by GET follows a bounce. */
  readonly asksFor: 'ok' | 'pixel' | 'redirect';
  /** Query string without the question mark; null when there is none. */
  readonly querystring: string | null;
  readonly headers: RequestHeaders;
  /** Body of a POST; null when it is empty. */
  readonly body: Buffer | null;
  /** Address of the peer; undefined when the socket is already gone. */
  readonly socketAddress: string | undefined;
}

/** One header as a text; repeated ones joined. */
export function headerOf(headers: RequestHeaders, name: string): string | null {
  const value = headers[name];
  if (value === undefined) return null;
  return typeof value === 'string' ? value : value.join(', ');
}
