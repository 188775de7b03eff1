import type { Facts } from '../ledger/facts';
import type { Leak } from '../leaks/leaks';
import { countOne, resolve, resolveFailed } from './resolve';
import { Tally } from './tally';
import { Watch } from './watch';

/** A record of `valid-events`. */
export interface ValidRecord {
  readonly partition: number;
  readonly offset: number;
  readonly id: string;
  readonly duplicateOf: string;
  readonly title: string;
}

/** A record of `failed-events`. */
export interface FailedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly failedId: string;
  readonly eventId: string;
  readonly title: string;
  readonly userAgent: string;
  readonly stage: string;
}

/** What came into the validator: the records of `enriched-events`, of one look at them. */
export class SeenInput {
  /** Records by content: the validator removes copies, so those that the stages before it made hide here. */
  readonly copies: Uint8Array;
  /** Canaries in them, but for those in what a person typed, which is masked only where an event fails. */
  readonly leaks = new Tally();
  /** Which event came first, by original; of events with rivals. */
  readonly firstIn = new Map<
    number,
    { readonly partition: number; readonly offset: number; readonly content: number }
  >();

  constructor(private readonly facts: Facts) {
    this.copies = new Uint8Array(facts.length);
  }

  /** A record, in the order of its partition. */
  record({ partition, offset, id, title }: Omit<ValidRecord, 'duplicateOf'>): void {
    const place = resolve(this.facts, id, '', title);
    if (place === null) return;
    countOne(this.copies, place.content);
    if (this.facts.rivalsOf(place.original).length === 0) return;
    if (!this.firstIn.has(place.original))
      this.firstIn.set(place.original, { partition, offset, content: place.content });
  }

  /** A canary in a record. */
  leak(leak: Leak): void {
    this.leaks.add(() => sentenceOf(leak));
  }
}

/** What the topics hold of a run, and what a reader saw of it meanwhile, laid against the ledger. */
export class SeenRecords {
  /** Records of `valid-events` and of `failed-events`, by content. */
  readonly validCopies: Uint8Array;
  readonly failedCopies: Uint8Array;
  readonly failedByStage = new Map<string, number>();
  validCount = 0;
  readonly strangers = new Tally();
  readonly leaks = new Tally();
  readonly watch = new Watch();

  /** The event that was let keep the id, by original; of events with rivals. */
  private readonly keepers = new Map<number, { readonly content: number; readonly id: string }>();

  constructor(private readonly facts: Facts) {
    this.validCopies = new Uint8Array(facts.length);
    this.failedCopies = new Uint8Array(facts.length);
  }

  valid({ partition, offset, id, duplicateOf, title }: ValidRecord): void {
    this.validCount += 1;
    this.watch.final('valid-events', partition, offset, id);
    const place = resolve(this.facts, id, duplicateOf, title);
    if (place === null) {
      this.strangers.add(
        () =>
          `topic valid-events, ${String(partition)}/${String(offset)}: event ${id} is none that this run sent`,
      );
      return;
    }
    const { content, original } = place;
    countOne(this.validCopies, content);
    if (this.facts.rivalsOf(original).length === 0) return;
    if (duplicateOf === '') this.keepers.set(original, { content, id });
  }

  failed({ partition, offset, failedId, eventId, title, userAgent, stage }: FailedRecord): void {
    this.failedByStage.set(stage, (this.failedByStage.get(stage) ?? 0) + 1);
    this.watch.final('failed-events', partition, offset, failedId);
    const content = resolveFailed(this.facts, eventId, title, userAgent);
    if (content === null)
      this.strangers.add(
        () =>
          `topic failed-events, ${String(partition)}/${String(offset)}: ${failedId} is of no event that this run sent`,
      );
    else countOne(this.failedCopies, content);
  }

  /** A canary in a topic. */
  leak(leak: Leak): void {
    this.leaks.add(() => sentenceOf(leak));
  }

  /** Ids that another event than the first one in the log was let keep. */
  disorder(input: SeenInput): Tally {
    const tally = new Tally();
    for (const [original, { partition, offset, content }] of input.firstIn) {
      const keeper = this.keepers.get(original);
      if (keeper === undefined || keeper.content === content) continue;
      tally.add(
        () =>
          `id ${keeper.id}: event ${String(content)} came first, at ${String(partition)}/${String(offset)} of enriched-events, and event ${String(keeper.content)} was let keep it`,
      );
    }
    return tally;
  }
}

const sentenceOf = ({ where, encoding, found }: Leak): string => `${where}: ${found} (${encoding})`;
