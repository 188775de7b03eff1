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
