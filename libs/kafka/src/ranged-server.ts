import { StageServer } from './stage-server';

export class RangedServer extends StageServer {}
