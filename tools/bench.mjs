import { enter } from './entry/enter.mjs';

enter('bench/main.ts');
