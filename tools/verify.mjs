import { enter } from './entry/enter.mjs';

enter('tools/verify/main.ts');
