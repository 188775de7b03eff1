export * from './acls';
export * from './generated/schemas';
export * from './generated/types';
export * from './topics';
export * from './tracker-parameters';
