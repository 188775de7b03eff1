export { collect, type Collected, type CollectionPolicy } from './collect';
export { corsHeaders, preflightHeaders, type CorsPolicy } from './cors';
export { resolveAlias, routeOf, splitTarget } from './route';
export { sizeViolation } from './size-violation';
