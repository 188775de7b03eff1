import fc from 'fast-check';
import type { FetchedMessage } from 'kafkajs/src/cluster';
import { hideAborted } from './aborted';

type Step = 'write' | 'commit' | 'abort';

interface Written {
  readonly message: FetchedMessage;
  readonly transaction: number;
}

const ABORT_KEY = Buffer.from([0, 0, 0, 0]);
const COMMIT_KEY = Buffer.from([0, 0, 0, 1]);

const messageOf = (
  offset: number,
  producer: number,
  key: Buffer | null,
  control: boolean,
): FetchedMessage => ({
  ...{ offset: String(offset), key, value: null, timestamp: '0', attributes: 0, headers: {} },
  isControlRecord: control,
  batchContext: { producerId: String(producer), inTransaction: producer > 0 },
});

/** The log that producers leave behind: 0 writes without transactions, the others in one after the other. */
function logOf(steps: readonly (readonly [producer: number, step: Step])[]) {
  const log: Written[] = [];
  const open = new Map<number, { readonly transaction: number; readonly firstOffset: number }>();
  /** As brokers list them: in the order of their ends. */
  const aborted: { producerId: string; firstOffset: string; last: number; transaction: number }[] = [];
  let transactions = 0;
  const end = (producer: number, step: 'commit' | 'abort'): void => {
    const own = open.get(producer);
    if (!own) return;
    open.delete(producer);
    const offset = log.length;
    const key = step === 'abort' ? ABORT_KEY : COMMIT_KEY;
    log.push({ message: messageOf(offset, producer, key, true), transaction: own.transaction });
    if (step === 'abort')
      aborted.push({
        ...{ producerId: String(producer), firstOffset: String(own.firstOffset) },
        ...{ last: offset, transaction: own.transaction },
      });
  };
  for (const [producer, step] of steps)
    if (step !== 'write') end(producer, step);
    else {
      const offset = log.length;
      if (producer > 0 && !open.has(producer))
        open.set(producer, { transaction: (transactions += 1), firstOffset: offset });
      const transaction = open.get(producer)?.transaction ?? 0;
      // A record may have the key of a control record, and is none.
      log.push({ message: messageOf(offset, producer, ABORT_KEY, false), transaction });
    }
  for (const producer of open.keys()) end(producer, 'commit');
  return { log, aborted };
}

describe('what was undone', () => {
  const step = fc.tuple(
    fc.integer({ min: 0, max: 4 }),
    fc.oneof({ weight: 4, arbitrary: fc.constant<Step>('write') }, fc.constantFrom<Step>('commit', 'abort')),
  );

  it('is hidden wherever a fetch begins, and nothing else is', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, from) => {
        const { log, aborted } = logOf(steps);
        const undone = new Set(aborted.map(({ transaction }) => transaction));
        const fetched = log.slice(from);
        const listed = aborted.filter(({ last }) => last >= from);
        const seen = hideAborted(
          fetched.map(({ message }) => message),
          listed,
        );
        expect(seen.filter(({ isControlRecord }) => !isControlRecord).map(({ offset }) => offset)).toEqual(
          fetched
            .filter(({ message, transaction }) => !message.isControlRecord && !undone.has(transaction))
            .map(({ message }) => message.offset),
        );
        // Offsets are counted on, also over what is hidden.
        expect(seen.map(({ offset }) => offset)).toEqual(fetched.map(({ message }) => message.offset));
      }),
    );
  });
});
