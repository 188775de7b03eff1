/** Page that says what to do, from the root of the repository. @param name a code (`E_…`), or a check */
export const runbookOf = (name: string): string => `docs/runbooks/${name}.md`;
