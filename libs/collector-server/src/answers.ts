import { corsHeaders, preflightHeaders, type CorsPolicy } from '@headwater/collection';

/** Status, headers as a flat list, and body of an answer. */
export interface Answer {
  readonly code: number;
  readonly headers: string[];
  readonly body: string | Buffer;
}

/** The transparent pixel of one by one that trackers ask for, a GIF of 43 bytes. */
export const PIXEL = Buffer.from('R0lGODlhAQABAPAAAP///wAAACH5BAUAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');

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
  readonly tooLarge: Answer;
  readonly unavailable: Answer;
  readonly broken: Answer;
  readonly unreadable: Answer;
  readonly unsupported: Answer;
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
        'Cache-Control',
        'no-cache, no-store, must-revalidate',
        ...this.shared,
      ],
      body: PIXEL,
    };
    this.preflight = {
      code: 200,
      headers: ['Content-Length', '0', ...preflightHeaders(cors, origin)],
      body: '',
    };
    this.tooLarge = this.text(
      413,
      'The body is larger than the collector takes (BODY__DROP_BYTES). Send fewer events in one request.\n',
    );
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
    this.unreadable = this.text(
      400,
      'The body is not in the encoding that Content-Encoding names. Send it plain.\n',
    );
    this.unsupported = this.text(
      415,
      'This Content-Encoding is not read here. Send the body plain, or as gzip.\n',
      ['Accept-Encoding', 'gzip, identity'],
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
