import { stampNumber } from '../data/event-ids';
import { browserHeaders, chanceFrom, tp2Body, visitor } from '../data/events';

/** A whole HTTP request, ready to be written to a socket, and where its event ids stand. */
export interface Request {
  readonly bytes: Buffer;
  readonly idPositions: readonly number[];
}

export interface RequestShape {
  readonly host: string;
  readonly path: string;
  readonly eventsPerRequest: number;
  /** Eight hexadecimal digits that all event ids begin with. */
  readonly run: string;
  /** Client time of the events, milliseconds. */
  readonly now: number;
  /** A body to send in the place of ours; it holds no event ids. */
  readonly body?: Buffer;
}

/** The request that connection number `connection` sends again and again, with other event ids each time. */
export function requestOf(shape: RequestShape, connection: number): Request {
  const chance = chanceFrom(connection + 1);
  const who = visitor(chance);
  const body = shape.body ?? tp2Body(chance, who, shape.eventsPerRequest, shape.run, 0, shape.now);
  const headers = { ...browserHeaders(who, shape.host), 'content-length': String(body.length) };
  const head = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const bytes = Buffer.concat([Buffer.from(`POST ${shape.path} HTTP/1.1\r\n${head}\r\n`), body]);
  return {
    bytes,
    idPositions: shape.body ? [] : positionsOf(bytes, `"eid":"${shape.run}-`, '"eid":"'.length),
  };
}

/** Gives each event of the request a number of its own, from `first` on. */
export function stampRequest(request: Request, first: number): void {
  let number = first;
  for (const position of request.idPositions) stampNumber(request.bytes, position, number++);
}

function positionsOf(bytes: Buffer, text: string, skip: number): number[] {
  const positions: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + text.length))
    positions.push(at + skip);
  return positions;
}
