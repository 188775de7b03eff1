import {
  createAdmission,
  createRequestRates,
  type Admit,
  type App,
  type AppRegistry,
  type RequestRates,
} from '@headwater/apps';
import {
  appInQuery,
  headerOf,
  refusalOf,
  type RefusalPolicy,
  type RequestHeaders,
} from '@headwater/collection';
import type { DropReason } from '@headwater/stage';

/** What the gate says of a request before its body is read. */
export type Passage =
  | { readonly kind: 'open'; readonly app: App | null; readonly anonymous: boolean }
  /** Nothing is written. `rejected`: and the client is told so. */
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly rejected: boolean }
  /** The registry does not admit it: a failed event without content. */
  | {
      readonly kind: 'failed';
      readonly app: string | null;
      readonly problem: { readonly field: string; readonly reason: string };
    }
  /** The app sends too much: it may come again after so many seconds. */
  | { readonly kind: 'limited'; readonly seconds: number };

/** What a request shows of its app besides its headers. */
export interface Arrival {
  readonly headers: RequestHeaders;
  readonly querystring: string | null;
  /** App whose path it came by. */
  readonly pathApp: string | null;
}

const OPEN: Passage = { kind: 'open', app: null, anonymous: false };
const ANONYMOUS: Passage = { kind: 'open', app: null, anonymous: true };

/**
 * Decides by headers and query string alone whether a request is taken. What the visitor refuses comes first, then
 * whether the app may send, then whether it sends too much.
 */
export class Gate {
  private readonly admit: Admit | null;
  private readonly rates: RequestRates;

  constructor(
    private readonly refusal: RefusalPolicy,
    registry: AppRegistry | null,
  ) {
    this.admit = registry === null ? null : createAdmission(registry);
    this.rates = registry === null ? () => 0 : createRequestRates(registry);
  }

  pass(arrival: Arrival, now: number): Passage {
    const refusal = refusalOf(arrival.headers, this.refusal);
    if (refusal !== null && refusal !== 'anonymise')
      return { kind: 'dropped', reason: refusal, rejected: false };
    const anonymous = refusal === 'anonymise';
    return this.admit === null
      ? anonymous
        ? ANONYMOUS
        : OPEN
      : this.admitted(this.admit, arrival, anonymous, now);
  }

  private admitted(
    admit: Admit,
    { headers, querystring, pathApp }: Arrival,
    anonymous: boolean,
    now: number,
  ): Passage {
    const admission = admit({
      pathApp,
      key: headerOf(headers, 'x-headwater-key'),
      gitlabAppId: headerOf(headers, 'x-gitlab-appid'),
      aid: appInQuery(querystring),
      origin: headerOf(headers, 'origin'),
    });
    if (admission.kind === 'open') return anonymous ? ANONYMOUS : OPEN;
    if (admission.kind === 'refused') {
      const { app, field, reason, fate } = admission;
      return fate === 'fail'
        ? { kind: 'failed', app, problem: { field, reason } }
        : { kind: 'dropped', reason: 'app_not_admitted', rejected: fate === 'reject' };
    }
    const seconds = this.rates(admission.app, now);
    return seconds === 0 ? { kind: 'open', app: admission.app, anonymous } : { kind: 'limited', seconds };
  }
}
