const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that a stranger wrote, as text of a page. */
export const escaped = (text: string): string =>
  text
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
    .replace(UNSEEN, (sign) => `&#xFFFD;<small>${sign.charCodeAt(0).toString(16)}</small>`);

/** Control characters but tab and line feed, and those that turn the direction of a line or have no width. */
const UNSEEN = /(?![\t\n])[\p{Cc}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** Puts escaped values into a template; what another `html` made goes in as it is. */
export class Html {
  constructor(readonly text: string) {}
}

export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  const texts = values.map((value) => {
    if (value instanceof Html) return value.text;
    return typeof value === 'object' ? value.map(({ text }) => text).join('') : escaped(String(value));
  });
  return new Html(parts.map((part, index) => part + (texts[index] ?? '')).join(''));
}
