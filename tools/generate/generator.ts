/** One generated file: its path from the root of the workspace, and what must stand in it. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** Makes files from the sources of truth below `root`. Pure but for reading: `main.ts` writes or compares. */
export type Generator = (root: string) => readonly GeneratedFile[] | Promise<readonly GeneratedFile[]>;
