export * from './builders';
export * from './corpora';
