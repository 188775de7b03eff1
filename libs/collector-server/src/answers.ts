import { corsHeaders, preflightHeaders, type CorsPolicy } from '@headwater/collection';

/** Status, headers as a flat list, and body of an answer. */
export interface Answer {
  readonly code: number;
  readonly headers: string[];
  readonly body: string | Buffer;
}

/** The transparent pixel of one by one that trackers ask for, a GIF of 43 bytes. */
export const PIXEL = Buffer.from('R0lGODlhAQABAPAAAP///wAAACH5BAUAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');

const NOT_KEPT = ['Cache-Control', 'no-cache, no-store, must-revalidate'] as const;

/** Origins whose headers are kept ready. A hostile client can name any number of them. */
const MAX_ORIGINS = 1_000;

/** What the collector says, with all headers made once: for each origin, and for good. */
export class Answers {
  private readonly byOrigin = new Map<string | undefined, OriginAnswers>();

  constructor(
    private readonly cors: CorsPolicy,
    private readonly retryAfterSeconds: number,
  ) {}

  /** @param origin the Origin header of the request */
  to(origin: string | undefined): OriginAnswers {
    const known = this.byOrigin.get(origin);
    if (known) return known;
    if (this.byOrigin.size >= MAX_ORIGINS) this.byOrigin.clear();
    const answers = new OriginAnswers(this.cors, origin, this.retryAfterSeconds);
    this.byOrigin.set(origin, answers);
    return answers;
  }
}

export class OriginAnswers {
  private readonly shared: readonly string[];
  readonly ok: Answer;
  readonly pixel: Answer;
  readonly preflight: Answer;
  readonly unavailable: Answer;
  readonly broken: Answer;
  readonly forbidden: Answer;
  readonly badLink: Answer;
  readonly nowhere: Answer;
  readonly noRedirects: Answer;
  readonly methodNotAllowed: Answer;

  constructor(cors: CorsPolicy, origin: string | undefined, retryAfterSeconds: number) {
    this.shared = corsHeaders(cors, origin);
    const retry = ['Retry-After', String(retryAfterSeconds)];
    this.ok = this.text(200, 'ok');
    this.pixel = {
      code: 200,
      headers: [
        'Content-Type',
        'image/gif',
        'Content-Length',
        String(PIXEL.length),
        ...NOT_KEPT,
        ...this.shared,
      ],
      body: PIXEL,
    };
    this.preflight = {
      code: 200,
      headers: ['Content-Length', '0', ...preflightHeaders(cors, origin)],
      body: '',
    };
    this.unavailable = this.text(
      503,
      'The events could not be stored now and were not accepted. Keep them and send them again after the time in Retry-After.\n',
      retry,
    );
    this.broken = this.text(
      500,
      'The collector failed on this request and did not accept it. Keep the events and send them again; its log says more.\n',
      retry,
    );
    this.forbidden = this.text(
      403,
      'The app that this request shows is not admitted: see the app registry of the collector (APPS__FILE). Nothing was stored.\n',
    );
    this.badLink = this.text(
      400,
      'The link has no address in `u` that it may lead to: an http or https address on one of the hosts in REDIRECT__HOSTS.\n',
    );
    this.nowhere = this.text(
      404,
      'Events are not taken at this path. POST them to /com.snowplowanalytics.snowplow/tp2, or to any path of two segments, /{vendor}/{version}; GET works there too and at /i.\n',
    );
    this.noRedirects = this.text(404, 'redirects disabled');
    this.methodNotAllowed = this.text(405, 'Use POST, GET, HEAD or OPTIONS.\n', [
      'Allow',
      'POST, GET, HEAD, OPTIONS',
    ]);
  }

  /** To another place: where a link leads, or the same one once more. */
  goTo(location: string): Answer {
    return {
      code: 302,
      headers: ['Location', location, 'Content-Length', '0', ...NOT_KEPT, ...this.shared],
      body: '',
    };
  }

  /** An app sends too much, and may come again after so many seconds. */
  limited(seconds: number): Answer {
    return this.text(
      429,
      'The app sends more requests than its limit in the app registry. Keep the events and send them again after the time in Retry-After.\n',
      ['Retry-After', String(seconds)],
    );
  }

  /** An answer that a developer or a program reads. */
  json(code: number, document: object): Answer {
    const body = `${JSON.stringify(document, null, 2)}\n`;
    return {
      code,
      headers: [
        'Content-Type',
        'application/json; charset=UTF-8',
        'Content-Length',
        String(Buffer.byteLength(body)),
        ...NOT_KEPT,
        ...this.shared,
      ],
      body,
    };
  }

  private text(code: number, body: string, more: readonly string[] = []): Answer {
    return {
      code,
      headers: [
        'Content-Type',
        'text/plain; charset=UTF-8',
        'Content-Length',
        String(Buffer.byteLength(body)),
        ...this.shared,
        ...more,
      ],
      body,
    };
  }
}
