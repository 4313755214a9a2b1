import { LANGUAGES } from '../../lambdas/core/language.ts';
import { PAGES, type PageState } from '../../test/support/browser/page-gallery.ts';

/** The views of which every page has a screenshot, with the width in pixels at which docs/pages.md shows them. */
export const VIEW_WIDTHS_PX = {
  'phone-light': 200,
  'phone-dark': 200,
  'desktop-light': 400,
  'desktop-dark': 400,
} as const;

export type View = keyof typeof VIEW_WIDTHS_PX;

/** The page and the view that are also shown in the languages other than English. */
export const TRANSLATED_PAGE = 'consent';
export const TRANSLATED_VIEW: View = 'phone-light';
export const OTHER_LANGUAGES = LANGUAGES.filter((language) => language !== 'en');

/** Path of a screenshot below docs/: one folder for each page. */
export const screenshotPath = (page: string, shot: string): string => `screenshots/${page}/${shot}.png`;

const image = (page: string, shot: string, widthPx: number): string =>
  `<img src="${screenshotPath(page, shot)}" width="${widthPx}" alt="${page}-${shot}">`;

const sectionOf = ({ name, when }: PageState): string => `## ${name}

${when}.

${Object.entries(VIEW_WIDTHS_PX)
  .map(([view, widthPx]) => image(name, view, widthPx))
  .join(' ')}
`;

/** The text of docs/pages.md. */
export const pagesDocument = (): string => `# The pages that users see

\`npm run screenshots\` makes this page. It runs the real flows in Chromium, on a phone 360 pixels wide and on a desktop, in light and dark.
Stores and provider are test doubles, because a running deployment cannot show the rare pages.
Each page is in the language that the browser prefers: ${LANGUAGES.join(', ')}.

${PAGES.map(sectionOf).join('\n')}
## Other languages

${OTHER_LANGUAGES.map((language) =>
  image(TRANSLATED_PAGE, `${TRANSLATED_VIEW}-${language}`, VIEW_WIDTHS_PX[TRANSLATED_VIEW]),
).join(' ')}
`;
