import { enter } from './entry/enter.mjs';

enter('tools/start/main.ts');
