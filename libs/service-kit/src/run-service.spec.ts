import { Controller, Get, Module, type DynamicModule } from '@nestjs/common';
import { loadConfig } from './config';
import { kitConfig } from './fragments';
import { createKit } from './kit';
import { startService, type RunningService, type ServiceDefinition } from './run-service';

@Controller()
class HelloController {
  @Get('hello')
  hello(): string {
    return 'hello';
  }
}

@Module({})
class HelloModule {}

const config = loadConfig(kitConfig, { HTTP__PORT: '0', HTTP__HOST: '127.0.0.1', LOG__LEVEL: 'silent' });

const definition: ServiceDefinition<typeof kitConfig> = {
  name: 'hello',
  config: kitConfig,
  module: (): DynamicModule => ({ module: HelloModule, controllers: [HelloController] }),
};

describe('startService', () => {
  const kit = createKit('hello', 'silent');
  let service: RunningService;
  let problem: string | null = null;
  const drained: string[] = [];
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${service.port}${path}`);

  beforeAll(async () => {
    kit.health.readiness('broker', () => problem);
    kit.onDrain('first', () => Promise.resolve(void drained.push('first')));
    kit.onDrain('second', () => Promise.resolve(void drained.push('second')));
    service = await startService(definition, config, kit);
  });

  it("serves the service's own routes and its metrics", async () => {
    expect(await (await get('/hello')).text()).toBe('hello');
    expect(await (await get('/metrics')).text()).toContain(
      'headwater_build_info{version="0.1.0",service="hello"} 1',
    );
  });

  it('says why it is not ready, and stays alive', async () => {
    problem = 'The broker does not answer. Check KAFKA__BROKERS.';
    const ready = await get('/health/ready');
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'unavailable', reasons: { broker: problem } },
    ]);
    expect((await get('/health/live')).status).toBe(200);
    problem = null;
    expect((await get('/health/ready')).status).toBe(200);
  });

  it('names the port and the fix when the port is taken', async () => {
    const taken = { ...config, http: { ...config.http, port: service.port } };
    await expect(startService(definition, taken, createKit('hello', 'silent'))).rejects.toThrow(
      /Port \d+ .* is taken.*HTTP__PORT/,
    );
  });

  it('drains step by step and closes the port', async () => {
    await service.stop();
    expect(drained).toEqual(['first', 'second']);
    expect(kit.health.isReady().reasons).toHaveProperty('drain');
    await expect(get('/hello')).rejects.toThrow();
  });
});
