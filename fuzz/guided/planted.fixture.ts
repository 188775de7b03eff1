import { randomUUID } from 'node:crypto';
import { runInThisContext } from 'node:vm';
import type { GuidedTarget } from './guided-target';

/** A fault that only one sequence of bytes meets, told from the others one byte after the other. */
const SOURCE = `'use strict';
(input) => {
  if (input[0] !== 0x7b) return false;
  if (input[1] !== 0x91) return false;
  if (input[2] !== 0x22) return false;
  return input[3] === 0xff;
}`;
export const FAULT = Buffer.from([0x7b, 0x91, 0x22, 0xff]);

const NAME = 'planted-fault-';
export const isPlanted = (url: string): boolean => url.includes(NAME);

/** Code with that fault in it. A script of its own each time: V8 keeps compiled ones, and tells no blocks of old ones. */
export function planted(): GuidedTarget {
  const meetsFault = runInThisContext(SOURCE, { filename: `/${NAME}${randomUUID()}.js` }) as (
    input: Buffer,
  ) => boolean;
  return {
    name: 'planted',
    promises: 'none',
    seeds: [Buffer.from('aaaa')],
    dictionary: [Buffer.from('b')],
    maximumBytes: 16,
    inputsALook: 128,
    check: (input) => (meetsFault(input) ? { kind: 'the fault', detail: '' } : null),
  };
}
