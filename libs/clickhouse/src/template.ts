/** Puts the settings of an installation into the text of a migration. Throws when one is unknown: an error of ours. */
export function render(sql: string, settings: Readonly<Record<string, string>>): string {
  return sql.replace(/\{\{([\w.]+)\}\}/g, (_placeholder, name: string) => {
    const value = settings[name];
    if (value === undefined)
      throw new Error(
        `A migration uses {{${name}}}, which is no setting. Known are ${Object.keys(settings).join(', ')}.`,
      );
    return value;
  });
}

/** The statements of a file: each ends with a semicolon at the end of a line. Comments between them are left out. */
export function statementsOf(sql: string): readonly string[] {
  return sql
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.replace(/^(?:\s*(?:--[^\n]*)?\n)+/, '').trim())
    .filter((statement) => statement !== '' && !/^--[^\n]*$/.test(statement));
}
