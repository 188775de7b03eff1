import { Controller, Get, Inject, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { AdminGuard } from './admin-access';
import type { Health, Verdict } from './health';

export const HEALTH = Symbol('health');
export const LOG = Symbol('log');
export const METRICS = Symbol('metrics');

/** What Kubernetes and Prometheus ask of every service. */
@Controller()
export class ProbesController {
  private readonly told = new Map<string, string>();

  constructor(
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) private readonly registry: Registry,
    @Inject(LOG) private readonly log: Logger,
    @Inject(AdminGuard) private readonly admin: AdminGuard,
  ) {}

  @Get('health/live')
  live(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer('live', this.health.isLive(), request, reply);
  }

  @Get('health/ready')
  ready(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer('ready', this.health.isReady(), request, reply);
  }

  @Get('metrics')
  @UseGuards(AdminGuard)
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    await reply.type(this.registry.contentType).send(await this.registry.metrics());
  }

  /** The code is for anybody. Reasons name brokers and databases: they are for operators, and for the log. */
  private answer(
    probe: string,
    { healthy, reasons }: Verdict,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const text = Object.entries(reasons)
      .map(([part, reason]) => `${part}: ${reason}`)
      .join(' ');
    if ((this.told.get(probe) ?? '') !== text) {
      this.told.set(probe, text);
      if (healthy) this.log.info({ probe }, `The probe "${probe}" succeeds again`);
      else this.log.warn({ probe, parts: Object.keys(reasons) }, `The probe "${probe}" fails. ${text}`);
    }
    const shown = this.admin.admits(request) ? { reasons } : {};
    void reply
      .code(healthy ? 200 : 503)
      .send(healthy ? { status: 'ok' } : { status: 'unavailable', ...shown });
  }
}
