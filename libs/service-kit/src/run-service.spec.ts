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

  it('shows strangers neither metrics nor reasons, and lets probes in', async () => {
    problem = 'The broker at kafka-0.internal:9092 does not answer.';
    const stranger = { headers: { 'x-forwarded-for': '203.0.113.9' } };
    const [metrics, ready] = await Promise.all([
      fetch(`http://127.0.0.1:${service.port}/metrics`, stranger),
      fetch(`http://127.0.0.1:${service.port}/health/ready`, stranger),
    ]);
    expect([metrics.status, metrics.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="headwater", Basic realm="headwater"',
    ]);
    expect(await metrics.text()).toContain('ADMIN__TOKEN_FILE');
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable' }]);
    problem = null;
  });

  it('asks everybody for the token where there is one', async () => {
    const token = 'a-token-of-this-test';
    const guarded = await startService(
      definition,
      { ...config, admin: { token } },
      createKit('hello', 'silent'),
    );
    try {
      const metrics = (headers: Record<string, string>): Promise<number> =>
        fetch(`http://127.0.0.1:${guarded.port}/metrics`, { headers }).then(({ status }) => status);
      expect(await metrics({})).toBe(401);
      expect(await metrics({ authorization: `Bearer ${token}x` })).toBe(401);
      expect(await metrics({ authorization: `Bearer ${token}`, 'x-forwarded-for': '203.0.113.9' })).toBe(200);
      expect((await fetch(`http://127.0.0.1:${guarded.port}/hello`)).status).toBe(200);
    } finally {
      await guarded.stop();
    }
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
