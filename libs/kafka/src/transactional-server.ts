import { StageServer } from './stage-server';

export class TransactionalServer extends StageServer {}
