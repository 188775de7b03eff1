import 'reflect-metadata';
import { topics } from '@headwater/contracts';
import type { Batch, Routed } from '@headwater/stage';
import { anEnrichedEvent } from '@headwater/testing';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { eventually, Installation } from '../../kafka-tests/installation-setup';
import { Misconfigured, RegistryUnavailable } from '../errors';
import { ObservingServer } from './observing-server';
import type { StageServer } from './stage-server';
import { TransactionalServer } from './transactional-server';

const { enrichedEvents, validEvents } = topics;

let failures = 0;

@Controller()
class Copying {
  @EventPattern(enrichedEvents.name)
  onBatch(@Payload() batch: Batch<object>): Routed {
    if (failures-- > 0) throw new RegistryUnavailable('The schemas cannot be read.');
    return {
      outputs: batch.records.flatMap((record) =>
        'value' in record ? [{ topic: validEvents, value: record.value }] : [],
      ),
      complete: () => [],
    };
  }
}

@Controller()
class Misspelt {
  @EventPattern('enriched-event')
  onBatch(): void {
    // Never called.
  }
}

@Controller()
class Answering {
  @MessagePattern(enrichedEvents.name)
  onBatch(): void {
    // Never called.
  }
}

const moduleOf = (controller: new () => object): new () => object => {
  @Module({ controllers: [controller] })
  class TestModule {}
  return TestModule;
};

describe('as a Nest transport', () => {
  let at: Installation;
  let app: INestMicroservice | null = null;
  beforeAll(async () => {
    at = await Installation.create();
  });
  afterEach(async () => {
    await app?.close();
    app = null;
  });
  afterAll(() => at.close());

  async function microservice(
    controller: new () => object,
    strategy: StageServer,
  ): Promise<INestMicroservice> {
    app = await NestFactory.createMicroservice(moduleOf(controller), { strategy, logger: false });
    return app;
  }

  it('hands batches to an ordinary handler, and gets the very error that it throws', async () => {
    failures = 2;
    await at.produce(
      enrichedEvents,
      Array.from({ length: 20 }, (_, index) => anEnrichedEvent({ event_id: String(index) })),
    );
    const server = new TransactionalServer(at.options('nest'));
    const service = await microservice(Copying, server);
    await service.listen();
    await eventually(() => server.notReady() === null && failures < 0, 'it was tried again');
    await eventually(async () => (await at.lag('nest', enrichedEvents)) === 0n, 'nothing left to read');
    expect(await at.readValues(validEvents)).toHaveLength(20);
    expect(at.fatal).toEqual([]);
  });

  it('refuses to start for a handler of something that is no topic', async () => {
    const service = await microservice(Misspelt, new TransactionalServer(at.options('nest')));
    await expect(service.listen()).rejects.toThrow(/No topic is called "enriched-event"/);
  });

  it('refuses to start for a handler that would answer', async () => {
    const service = await microservice(Answering, new ObservingServer(at.options('nest')));
    await expect(service.listen()).rejects.toThrow(Misconfigured);
  });
});
