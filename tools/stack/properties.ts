/** Settings of a Java properties file. */
export type Properties = Readonly<Record<string, string | number | boolean>>;

/**
 * Renders a `.properties` file as `java.util.Properties.load` reads it: `=`, `:`, `#`, `!`, backslash, leading blanks and line
 * ends are escaped, and everything outside printable ASCII becomes `\uXXXX`.
 */
export function renderProperties(properties: Properties): string {
  const lines = Object.entries(properties).map(
    ([key, value]) => `${escape(key, true)}=${escape(String(value), false)}`,
  );
  return `${lines.join('\n')}\n`;
}

function escape(text: string, isKey: boolean): string {
  const escaped = text.replace(
    /[\\\n\r\t\f]/g,
    (c) => ({ '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\f': '\\f' })[c] ?? c,
  );
  const quoted = isKey ? escaped.replace(/[=:#! ]/g, '\\$&') : escaped.replace(/^ /, '\\ ');
  return quoted.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
