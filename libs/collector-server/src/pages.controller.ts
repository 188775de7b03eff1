import { Controller, Get, Header, Inject, NotFoundException, Req, Res } from '@nestjs/common';
import type { Health } from '@headwater/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { crossDomainPolicy } from './cross-domain';
import { PAYLOAD_WRITER, type PayloadWriter } from './payload-writer';
import type { TrackingConfig } from './tracking-config';

export const READINESS = Symbol('readiness');
export const PAGES = Symbol('pages');

/** What the collector serves to people, robots and the probes of other collectors. The tracking routes are not here. */
@Controller()
export class PagesController {
  constructor(
    @Inject(READINESS) private readonly health: Health,
    @Inject(PAYLOAD_WRITER) private readonly writer: PayloadWriter,
    @Inject(PAGES) private readonly pages: Pick<TrackingConfig, 'root' | 'crossDomain'>,
  ) {}

  @Get()
  root(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { status, headers, body } = this.pages.root;
    if (status === undefined) this.nowhere(request);
    else void reply.code(status).type('text/plain; charset=UTF-8').headers(headers).send(body);
  }

  @Get('crossdomain.xml')
  crossDomain(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { crossDomain } = this.pages;
    if (crossDomain.enabled) void reply.type('text/xml; charset=UTF-8').send(crossDomainPolicy(crossDomain));
    else this.nowhere(request);
  }

  /** The probe that load balancers of Snowplow collectors are set to. */
  @Get('health')
  healthOf(@Res() reply: FastifyReply): void {
    say(reply, this.health.isReady().healthy);
  }

  @Get('sink-health')
  sinkHealth(@Res() reply: FastifyReply): void {
    say(reply, this.writer.notReady() === null);
  }

  @Get('robots.txt')
  @Header('Content-Type', 'text/plain; charset=UTF-8')
  robots(): string {
    return 'User-agent: *\nDisallow: /\n\nUser-agent: Googlebot\nDisallow: /\n\nUser-agent: AdsBot-Google\nDisallow: /\n';
  }

  @Get('*')
  nowhere(@Req() request: FastifyRequest): never {
    throw new NotFoundException(
      `Nothing is served at ${request.url.split('?', 1)[0] ?? ''}. Trackers POST to /com.snowplowanalytics.snowplow/tp2 (or any /{vendor}/{version}) or GET /i; probes are /health/live and /health/ready, metrics /metrics.`,
    );
  }
}

function say(reply: FastifyReply, healthy: boolean): void {
  void reply
    .code(healthy ? 200 : 503)
    .type('text/plain; charset=UTF-8')
    .send(healthy ? 'ok' : 'unavailable');
}
