import { aclsJob } from './acls';
import { grantsJob } from './grants';
import type { Job } from './job';
import { migrateJob } from './migrate';
import { schemasJob } from './schemas';
import { topicsJob } from './topics';

/** The jobs in the order in which an installation needs them. A job is one file and one line here. */
export const jobs: readonly Job[] = [aclsJob, grantsJob, topicsJob, schemasJob, migrateJob];
