import { topicNamed, type Topic } from '@headwater/contracts';
import type { StreamedBatch } from '@headwater/stage';
import { BaseRpcExceptionFilter, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom, throwError } from 'rxjs';
import { Misconfigured } from '../errors';

/** What a controller does with a batch of a topic. */
export type BatchHandler = (batch: StreamedBatch<object>) => Promise<unknown>;

// Nest replaces whatever a handler throws by "Internal server error" before a transport sees it. Here the error decides
// whether a partition waits or the process ends, so it has to come through as it is.
BaseRpcExceptionFilter.prototype.handleUnknownError = (exception: unknown) => throwError(() => exception);

/**
 * The handlers of an application by topic name without prefix.
 *
 * @throws {Misconfigured} for a pattern that is no topic, or for two handlers of one: at the start, where Nest's own
 * transport would lose records while running
 */
export function batchHandlers(
  handlers: ReadonlyMap<string, MessageHandler>,
): ReadonlyMap<string, { readonly topic: Topic; readonly handle: BatchHandler }> {
  if (handlers.size === 0)
    throw new Misconfigured(
      'No controller of this service handles a topic. Decorate a method with @EventPattern(topics.<topic>.name).',
    );
  return new Map(
    [...handlers].map(([pattern, handler]) => {
      if (handler.next)
        throw new Misconfigured(
          `Two methods handle the topic ${pattern}. Keep one: a batch is finished by one handler.`,
        );
      if (handler.isEventHandler !== true)
        throw new Misconfigured(
          `The handler of ${pattern} answers messages. Use @EventPattern instead of @MessagePattern.`,
        );
      return [pattern, { topic: topicOf(pattern), handle: (batch) => settled(handler, batch) }];
    }),
  );
}

function topicOf(pattern: string): Topic {
  try {
    return topicNamed(pattern);
  } catch (error) {
    throw new Misconfigured(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function settled(handler: MessageHandler, batch: StreamedBatch<object>): Promise<unknown> {
  const result: unknown = await (handler as (data: unknown, context: unknown) => unknown)(batch, batch);
  return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
}
