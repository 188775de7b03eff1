export { aliasesOf, aliasProblem, readAlias, type Aliases } from './aliases';
export { collect, type Collected, type CollectionPolicy, type Part } from './collect';
export { NO_COOKIES, type SetCookies } from './cookies';
export { corsHeaders, preflightHeaders, type CorsPolicy } from './cors';
export { redirectHost, redirectTarget } from './redirect';
export { refusalOf, valuePattern, type RefusalPolicy } from './refusal';
export {
  admissionFailure,
  appInQuery,
  encodingViolation,
  inflationViolation,
  sizeViolation,
  type Moment,
  type RequestOutline,
} from './request-failure';
export { routeOf, splitTarget, type Route } from './route';
export { headerOf, type RequestHeaders } from './tracking-request';
