export { buildServices } from './build';
export { spawnCli } from './cli-process';
export { pythonEnvironment } from '../python/environment';
export { prepare, startPipeline, type Pipeline, type PipelineOptions, type PrepareOptions } from './pipeline';
export { startSandbox, type RunningSandbox } from './sandbox';
export {
  builtServices,
  bundleOf,
  node,
  serviceProcess,
  workFolder,
  type PipelineService,
  type ServiceOptions,
} from './service-process';
