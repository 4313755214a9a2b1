/** A fenced block of code, without its fences and the indentation of its list. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** The line of the opening fence, counted from 1. */
  readonly line: number;
}

const FENCED_BLOCK = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm;

export const codeBlocksOf = (page: string): readonly CodeBlock[] =>
  [...page.matchAll(FENCED_BLOCK)].map(({ index, 1: indent = '', 2: language = '', 3: text = '' }) => ({
    language,
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    line: page.slice(0, index).split('\n').length,
  }));

const withoutCodeBlocks = (page: string): string => page.replaceAll(FENCED_BLOCK, '');

/** The texts between backquotes. */
export const codeSpansOf = (page: string): readonly string[] =>
  [...withoutCodeBlocks(page).matchAll(/(`+)([^`]+)\1/g)].map(([, , text = '']) => text.trim());

/** The targets of links and images, in Markdown and in HTML. */
export const linkTargetsOf = (page: string): readonly string[] =>
  [...withoutCodeBlocks(page).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|(?:src|srcset|href)="([^"\s]+)[^"]*"/g)].map(
    ([, markdown, html]) => markdown ?? html ?? '',
  );

/**
 * The anchors that GitHub gives to a page's headings, and those that the page sets itself.
 *
 * GitHub's rule is in html-pipeline's `TableOfContentsFilter`: lower case, letters, digits, `-` and `_` only, hyphens
 * for spaces, and a number for each repetition.
 */
export const anchorsOf = (page: string): ReadonlySet<string> => {
  const text = withoutCodeBlocks(page);
  const anchors = new Set([...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = '']) => id));
  const repetitions = new Map<string, number>();
  for (const [, heading = ''] of text.matchAll(/^#{1,6} +(.+?)(?: +#+)?$/gm)) {
    const slug = shownText(heading)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    const earlier = repetitions.get(slug) ?? 0;
    repetitions.set(slug, earlier + 1);
    anchors.add(earlier === 0 ? slug : `${slug}-${earlier}`);
  }
  return anchors;
};

/** A heading as the page shows it: the text of a link without its target. */
const shownText = (heading: string): string => heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
