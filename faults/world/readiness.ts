const AT_ONCE_MS = 2_000;

/** Whether a service says within a time that it is ready. One that does not answer is not. */
export async function isReady(url: string, withinMs: number): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(withinMs) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** Of each of some services, whether it says at once that it is ready. */
export const areReady = (services: readonly { readonly url: string }[]): Promise<readonly boolean[]> =>
  Promise.all(services.map(({ url }) => isReady(url, AT_ONCE_MS)));
