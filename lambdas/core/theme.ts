/** The colours that a theme changes in one colour scheme, each as `#rrggbb`. */
export interface AccentColors {
  /** Buttons, marks, links and focus rings. */
  readonly accent: string;
  /** A button under the pointer. */
  readonly hover: string;
  /** Text on a button. */
  readonly onAccent: string;
}

export interface ThemeColors {
  readonly light: AccentColors;
  readonly dark: AccentColors;
}

/** How the pages of a deployment look. */
export interface Theme {
  readonly name?: string | undefined;
  /** Whether the deployment serves a logo. */
  readonly logo?: boolean | undefined;
  /** Computed at synthesis, so that they are legible. */
  readonly colors: ThemeColors;
}

/** The background of a page's text, as `#rrggbb`. */
export const CARD_COLORS = { light: '#ffffff', dark: '#1b1f1d' } as const;
