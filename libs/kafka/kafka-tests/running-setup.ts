/** What the setup of a run started and its teardown stops. */
export const running: { stop: () => Promise<void> } = { stop: () => Promise.resolve() };
