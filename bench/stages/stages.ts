import type { StageName } from '../options';
import { measureCollector } from './collector';
import { measureLoader } from './loader';
import { measurePipeline } from './pipeline';
import type { MeasureStage } from './stage';
import { measureEnricher, measureValidator } from './stream';

/** How each stage is measured. */
export const stages: Readonly<Record<StageName, MeasureStage>> = {
  collector: measureCollector,
  enricher: measureEnricher,
  validator: measureValidator,
  loader: measureLoader,
  pipeline: measurePipeline,
};
