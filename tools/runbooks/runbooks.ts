/** What runbooks are held against. */
export interface Sources {
  /** Texts of the program, without what is only for tests. */
  readonly code: readonly string[];
  /** Names of the checks of the quality monitor. */
  readonly qualityChecks: readonly string[];
  /** Texts of the checks of `headwater doctor`. */
  readonly doctorChecks: readonly string[];
  /** Pages by name. */
  readonly pages: ReadonlyMap<string, string>;
  readonly index: string;
  /** Every environment variable of the configuration reference. */
  readonly variables: ReadonlySet<string>;
}

const SECTIONS = ['What it means', 'How to see it', 'What to do', 'When it ends'];

/** Where pages are missing, too many, or not whole: a sentence each. */
export function runbookProblems(sources: Sources): readonly string[] {
  const { pages, index } = sources;
  const wanted = wantedPages(sources);
  return [
    ...[...wanted]
      .filter((name) => !pages.has(name))
      .map((name) => `${name} has no page docs/runbooks/${name}.md.`),
    ...[...pages.keys()]
      .filter((name) => !wanted.has(name))
      .map((name) => `docs/runbooks/${name}.md is about a code or check that nobody has.`),
    ...[...pages].flatMap(([name, text]) => pageProblems(name, text, sources)),
    ...[...pages.keys()]
      .filter((name) => !index.includes(`(${name}.md)`))
      .map((name) => `docs/runbooks/README.md does not list ${name}.`),
  ];
}

function wantedPages({ code, qualityChecks, doctorChecks }: Sources): ReadonlySet<string> {
  const all = (texts: readonly string[], pattern: RegExp): readonly string[] =>
    texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name ?? ''));
  return new Set([
    ...all(code, /\bcode(?:: | = )'(E_[A-Z_]+)'/g),
    ...qualityChecks,
    ...all(doctorChecks, /\brunbook: '(\w+)'/g),
    ...all(doctorChecks, /'(E_[A-Z_]+)'(?=,?\s*\))/g),
  ]);
}

function pageProblems(name: string, text: string, { code, variables }: Sources): readonly string[] {
  const page = `docs/runbooks/${name}.md`;
  const known = (metric: string): boolean =>
    code.some((program) => program.includes(metric.replace(/_(?:count|sum|bucket)$/, '')));
  const matches = (pattern: RegExp): readonly string[] => [...new Set(text.match(pattern))];
  return [
    ...(text.startsWith(`# ${name}: `) ? [] : [`${page} does not begin with "# ${name}: ".`]),
    ...SECTIONS.filter((section) => !new RegExp(`^## ${section}\\n\\s*[^#\\s]`, 'm').test(text)).map(
      (section) => `${page} has nothing under "${section}".`,
    ),
    ...matches(/\bheadwater_[a-z_]+/g)
      .filter((metric) => !known(metric))
      .map((metric) => `${page} names the metric ${metric}, which no service has.`),
    ...matches(/\b[A-Z]+(?:__[A-Z]+(?:_[A-Z]+)*)+\b(?!\*|_)/g)
      .map((variable) => variable.replace(/_FILE$/, ''))
      .filter((variable) => ![...variables].some((one) => one === variable || one === `${variable}_FILE`))
      .map((variable) => `${page} names ${variable}, which is no setting.`),
  ];
}
