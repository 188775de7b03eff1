import { StageServer } from './stage-server';

export class ObservingServer extends StageServer {}
