import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import {
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

export const ADMIN_TOKEN = Symbol('admin token');

/** Who asks: the other end of the connection, and what the request says of itself. */
export interface Caller {
  readonly peer: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** What a proxy adds, so that the other end of the connection is not the one who asks. */
const forwarding =
  /^(?:forwarded|via|x-forwarded(?:-.*)?|x-original-forwarded-for|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-connecting-ip|fastly-client-ip|x-envoy-external-address)$/;

/**
 * Whether a caller may see what is for operators: metrics, reasons, pages. With a token: whoever sends it, as bearer token or
 * as password of basic authentication. Without one: programs on this machine, asked directly and by a name of this machine; a
 * web page that has its own name lead here is refused by that name.
 */
export function mayAdminister({ peer, headers }: Caller, token: string | undefined): boolean {
  if (token !== undefined) return sameText(tokenIn(headers.authorization), token);
  if (Object.keys(headers).some((name) => forwarding.test(name))) return false;
  return isLoopback(peer) && (headers.host === undefined || isLoopbackName(headers.host));
}

const CHALLENGE = 'Bearer realm="headwater", Basic realm="headwater"';
const REFUSAL =
  'This is for operators. Send the token of this service, `Authorization: Bearer TOKEN`. If it has none, only programs on its own machine are answered: set ADMIN__TOKEN_FILE (or ADMIN__TOKEN) and start it again.';

/** Guards routes for operators: `@UseGuards(AdminGuard)`. Provided by the kit in every service. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(@Inject(ADMIN_TOKEN) private readonly token: string | undefined) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    if (this.admits(http.getRequest<FastifyRequest>())) return true;
    void http
      .getResponse<FastifyReply>()
      .header('www-authenticate', CHALLENGE)
      .header('cache-control', 'no-store');
    throw new UnauthorizedException(REFUSAL);
  }

  admits({ raw }: Pick<FastifyRequest, 'raw'>): boolean {
    return mayAdminister({ peer: raw.socket.remoteAddress, headers: raw.headers }, this.token);
  }
}

function tokenIn(authorization: string | undefined): string {
  const [, scheme = '', value = ''] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (scheme.toLowerCase() !== 'basic') return value;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

/** Takes the same time wherever two texts differ, and however long they are. */
function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && (address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/.test(address));

const isLoopbackName = (host: string): boolean =>
  /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d+)?$/i.test(host);
