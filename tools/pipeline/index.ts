export { buildServices } from './build';
export { pythonEnvironment } from '../python/environment';
export {
  prepare,
  startPipeline,
  type Pipeline,
  type PipelineOptions,
  type PipelineService,
} from './pipeline';
export { startSandbox, type RunningSandbox } from './sandbox';
