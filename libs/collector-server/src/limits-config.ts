import { z } from 'zod';

const MiB = 1024 * 1024;
const milliseconds = (value: number): z.ZodDefault<z.ZodNumber> => z.number().int().positive().default(value);

/** Limits of a connection: what keeps slow and greedy clients from starving the others. */
export const connectionConfig = z
  .object({
    headersTimeoutMs: milliseconds(10_000).describe('Longest time for sending all headers, milliseconds.'),
    requestTimeoutMs: milliseconds(15_000).describe(
      'Longest time for sending a whole request, milliseconds. At least the time for its headers.',
    ),
    keepAliveTimeoutMs: milliseconds(75_000).describe(
      'How long an idle connection is kept, milliseconds. Longer than the load balancer in front keeps its own, or it sends into closed ones.',
    ),
    maxRequestsPerSocket: z
      .number()
      .int()
      .min(0)
      .default(1_000)
      .describe('Requests that one connection may carry before it is closed; 0: any number.'),
    maxHeaderBytes: z
      .number()
      .int()
      .min(4_096)
      .max(MiB)
      .default(40_960)
      .describe(
        'Largest request line and headers together, bytes. Trackers that send by GET put the whole event into the request line.',
      ),
    drainDelayMs: z
      .number()
      .int()
      .min(0)
      .default(0)
      .describe(
        'How long the service goes on accepting after SIGTERM while it already reports not ready, milliseconds. Behind a Kubernetes Service about 5000, so that it is taken out of rotation first; less than DRAIN__TIMEOUT_MS.',
      ),
  })
  .refine((connection) => connection.headersTimeoutMs <= connection.requestTimeoutMs, {
    path: ['requestTimeoutMs'],
    error: 'it is shorter than CONNECTION__HEADERS_TIMEOUT_MS',
  });

/** How much of a request is taken. */
export const bodyConfig = z
  .object({
    maxBytes: z
      .number()
      .int()
      .positive()
      .max(32 * MiB)
      .default(MiB)
      .describe(
        'Largest body that one record holds, bytes. A larger one is split between its events; an event that is larger itself becomes a failed event (size_violation).',
      ),
    dropBytes: z
      .number()
      .int()
      .positive()
      .max(64 * MiB)
      .default(5 * MiB)
      .describe(
        'Largest body that is taken, bytes, inflated where it is compressed. All of a larger one becomes one failed event (size_violation) and is answered 200, because trackers send it again for ever otherwise. At least BODY__MAX_BYTES.',
      ),
    maxInflation: z
      .number()
      .int()
      .min(2)
      .max(1_000)
      .default(100)
      .describe(
        'How many times its compressed size a body may have; 64 KiB are always allowed. More is a bomb, and becomes a failed event.',
      ),
    maxBufferedBytes: z
      .number()
      .int()
      .positive()
      .default(64 * MiB)
      .describe(
        'Bytes of bodies that may be in memory while they are received and inflated, all connections together; above, requests are answered 503.',
      ),
  })
  .refine((body) => body.maxBytes <= body.dropBytes, {
    path: ['dropBytes'],
    error: 'it is less than BODY__MAX_BYTES',
  });
