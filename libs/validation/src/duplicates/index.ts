export { type Identified, type Seed } from './identity';
export { rebuildWindow, type LogTail } from './rebuild';
export { DuplicateWindow, type DuplicateWindowOptions, type Sighted, type Sighting } from './window';
