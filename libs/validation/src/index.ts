export * from './duplicates';
export { MAX_DEPTH, readJson, type ReadJson } from './json';
export { parametersOf } from './parameters';
export * from './resolution';
export { rules } from './rules';
export { maxLengths } from './rules/atomic-lengths';
export { defineRule, type Rule, type RuleContext } from './rules/rule';
export {
  checkEvent,
  schemaKeysIn,
  schemaKeysOf,
  validation,
  type Checks,
  type Validation,
} from './validation';
