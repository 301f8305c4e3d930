/** Markup that is safe to send. Only {@link html} creates it. @publicApi */
export class Html {
  constructor(readonly markup: string) {}

  toString(): string {
    return this.markup;
  }
}

/** A value in a template: markup stays as it is, strings are escaped; `null`, `undefined` and `false` render nothing. @publicApi */
export type HtmlPart = Html | string | number | null | undefined | false | readonly HtmlPart[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A template for HTML that escapes each value, unless it is markup from this function. Use values only between tags or inside a *quoted*
 * attribute.
 *
 * @publicApi
 */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(strings.reduce((markup, text, index) => markup + render(parts[index - 1]) + text));
}

function render(part: HtmlPart): string {
  if (part instanceof Html) return part.markup;
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (character) => entities[character] ?? character);
  if (typeof part === 'number') return String(part);
  if (part === null || part === undefined || part === false) return '';
  return part.map(render).join('');
}
