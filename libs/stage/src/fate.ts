import type { FailedEvent } from '@headwater/contracts';
import type { DropReason } from './outcome';

/** What is counted about an event: never more than this, and never a personal value. */
export interface Subject {
  readonly app_id: string;
  readonly collector_tstamp: number;
  readonly event_name: string | null;
}

/** The three named ends that an event can come to in a stage. */
export type Fate<T extends Subject> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'failed'; readonly value: FailedEvent }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly subject: Subject };
