export { AdminGuard } from './admin-access';
export { ConfigError, describeConfig, loadConfig, secret, variableOf, type ConfigVariable } from './config';
export { endWith } from './end-with';
export { adminConfig, drainConfig, httpConfig, kitConfig, logConfig } from './fragments';
export { Health, type Probe, type Verdict } from './health';
export { createKit, VERSION, type Kit } from './kit';
export {
  runService,
  startService,
  type RunningService,
  type ServiceConfig,
  type ServiceDefinition,
} from './run-service';
export type { Logger } from 'pino';
export type { Registry } from 'prom-client';
