import type { Check } from '../check';
import { accounting } from './accounting';
import { brokers } from './brokers';
import { clocks } from './clocks';
import { countries } from './countries';
import { database } from './database';
import { deduplication } from './deduplication';
import { lag } from './lag';
import { lastRows } from './last-rows';
import { registry } from './registry';
import { rights } from './rights';
import { room } from './room';
import { services } from './services';
import { topics } from './topics';

/** What `headwater doctor` looks at, in the order of its report: what others depend on comes first. */
export const checks: readonly Check[] = [
  brokers,
  topics,
  rights,
  registry,
  database,
  deduplication,
  room,
  clocks,
  lag,
  lastRows,
  accounting,
  countries,
  services,
];
