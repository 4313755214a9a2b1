/** A form of an HTML page, as far as a user without a browser needs it. */
export interface HtmlForm {
  readonly action: string;
  readonly method: string;
  /** Values that the page brings along: every input but the buttons. */
  readonly fields: Readonly<Record<string, string>>;
  readonly buttons: readonly { readonly name: string; readonly value: string }[];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'" };

const unescapeHtml = (text: string): string =>
  text.replaceAll(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (name.startsWith('#x')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)));
    return ENTITIES[name] ?? whole;
  });

const attributesOf = (tag: string): Record<string, string> => {
  const attributes: Record<string, string> = {};
  for (const match of tag.matchAll(/([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/gi)) {
    attributes[(match[1] ?? '').toLowerCase()] = unescapeHtml(match[2] ?? match[3] ?? match[4] ?? '');
  }
  return attributes;
};

/** All forms of a page. */
export const formsOf = (html: string): HtmlForm[] =>
  [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, tag = '', content = '']) => {
    const { action = '', method = 'get' } = attributesOf(tag);
    const fields: Record<string, string> = {};
    const buttons: { name: string; value: string }[] = [];
    for (const [, kind = '', rest = ''] of content.matchAll(/<(input|button)\b([^>]*)>/gi)) {
      const { name, value = '', type = kind.toLowerCase() === 'button' ? 'submit' : 'text' } = attributesOf(rest);
      if (name === undefined || (type === 'checkbox' && !/\bchecked\b/.test(rest))) continue;
      if (type === 'submit') buttons.push({ name, value });
      else fields[name] = value;
    }
    return { action, method: method.toLowerCase(), fields, buttons };
  });
