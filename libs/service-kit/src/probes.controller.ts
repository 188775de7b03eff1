import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Registry } from 'prom-client';
import type { FastifyReply } from 'fastify';
import type { Health, Verdict } from './health';

export const HEALTH = Symbol('health');
export const METRICS = Symbol('metrics');

/** What Kubernetes and Prometheus ask of every service. */
@Controller()
export class ProbesController {
  constructor(
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) private readonly registry: Registry,
  ) {}

  @Get('health/live')
  live(@Res() reply: FastifyReply): void {
    answer(reply, this.health.isLive());
  }

  @Get('health/ready')
  ready(@Res() reply: FastifyReply): void {
    answer(reply, this.health.isReady());
  }

  @Get('metrics')
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    await reply.type(this.registry.contentType).send(await this.registry.metrics());
  }
}

function answer(reply: FastifyReply, { healthy, reasons }: Verdict): void {
  void reply.code(healthy ? 200 : 503).send(healthy ? { status: 'ok' } : { status: 'unavailable', reasons });
}
