export * from './builders';
export * from './corpora';
export { Random } from './random';
