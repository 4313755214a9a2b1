import { createHash } from 'node:crypto';
import { type AccentColors, CARD_COLORS, type ThemeColors } from '../../core/theme.ts';

/** The style sheet that every page contains, so that pages load nothing from elsewhere. */
export interface Style {
  readonly text: string;
  /** The CSP source that allows this style sheet and no other (CSP Level 3 §6.7.2). */
  readonly source: string;
}

export const createStyle = ({ light, dark }: ThemeColors): Style => {
  const text = `
:root{color-scheme:light dark;--page:#f3f4f2;--card:${CARD_COLORS.light};--ink:#1b1f1d;--soft:#59625d;--line:#dfe3e0;${properties(light)};--warn-page:#fdf4e3;--warn-line:#e3b75c;--warn-ink:#5d4206}
@media (prefers-color-scheme:dark){:root{--page:#121513;--card:${CARD_COLORS.dark};--ink:#eceeed;--soft:#a3ada8;--line:#323934;${properties(dark)};--warn-page:#2b2414;--warn-line:#7d6429;--warn-ink:#f1d9a2}}
${LAYOUT}`;
  return { text, source: `'sha256-${createHash('sha256').update(text).digest('base64')}'` };
};

const properties = ({ accent, hover, onAccent }: AccentColors): string =>
  `--accent:${accent};--accent-hover:${hover};--on-accent:${onAccent}`;

const LAYOUT = `*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:24px 16px;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main{width:100%;max-width:27rem;padding:32px 28px 28px;background:var(--card);border:1px solid var(--line);border-radius:16px;box-shadow:0 1px 2px rgb(0 0 0/.04),0 12px 32px rgb(0 0 0/.06)}
.brand{display:flex;align-items:center;gap:8px;margin:0 0 24px;color:var(--soft);font-size:.875rem;overflow-wrap:anywhere}
.brand svg{flex:none;width:20px;height:20px;color:var(--accent)}
.brand img{flex:none;width:auto;max-width:9rem;height:28px;object-fit:contain}
.brand strong{color:var(--ink);font-weight:600}
.brand span span{white-space:nowrap}
h1{margin:0 0 8px;font-size:1.5rem;line-height:1.25;font-weight:650;letter-spacing:-.012em;text-wrap:balance;overflow-wrap:anywhere}
h2{margin:24px 0 8px;font-size:.9375rem;font-weight:600;text-wrap:balance}
p{margin:0 0 12px}
.soft{color:var(--soft);font-size:.875rem}
p bdi,dd bdi{display:inline-block;max-width:100%}
dl{margin:20px 0 0;border:1px solid var(--line);border-radius:10px}
h2+dl{margin-top:0}
dl>div{padding:10px 14px}
dl>div+div{border-top:1px solid var(--line)}
dt{color:var(--soft);font-size:.8125rem}
dd{margin:0;font-weight:500;overflow-wrap:anywhere}
.warning{margin:16px 0 0;padding:12px 14px;border:1px solid var(--warn-line);border-radius:10px;background:var(--warn-page);color:var(--warn-ink);font-size:.875rem}
ul{margin:0;padding:0;list-style:none}
li{position:relative;padding:3px 0 3px 26px;overflow-wrap:anywhere}
li::before{content:"";position:absolute;left:5px;top:.68em;width:9px;height:5px;border:solid var(--accent);border-width:0 0 2px 2px;transform:rotate(-45deg)}
.copy{user-select:all;-webkit-user-select:all}
.below{margin-top:8px}
a{color:var(--accent)}
details{border-bottom:1px solid var(--line)}
summary{padding:11px 0;font-weight:500;cursor:pointer}
label.check{display:flex;gap:10px;align-items:center;min-height:44px;margin:20px 0 -12px;font-size:.875rem}
.check input{flex:none;width:20px;height:20px;margin:0;accent-color:var(--accent)}
section{margin:24px 0 0;padding:24px 0 0;border-top:1px solid var(--line)}
section h2{margin:0 0 8px;font-size:1.0625rem;overflow-wrap:anywhere}
section dl,section .actions{margin-top:14px}
.actions{display:grid;gap:10px;margin:28px 0 0}
button,.button{display:block;width:100%;min-height:48px;padding:11px 16px;border:1px solid var(--line);border-radius:10px;background:transparent;color:var(--ink);font:inherit;font-weight:600;line-height:1.5;text-align:center;text-decoration:none;overflow-wrap:anywhere;cursor:pointer}
button:hover,.button:hover{border-color:var(--soft)}
.primary{border-color:var(--accent);background:var(--accent);color:var(--on-accent)}
.primary:hover{border-color:var(--accent-hover);background:var(--accent-hover)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.foot{margin:20px 0 0;color:var(--soft);font-size:.8125rem;overflow-wrap:anywhere}
pre{margin:0 0 12px;padding:10px 14px;border:1px solid var(--line);border-radius:10px;white-space:pre-wrap;overflow-wrap:anywhere}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
@media (max-width:30rem){body{padding:0;place-items:stretch}main{max-width:none;padding:28px 20px 32px;border:0;border-radius:0;box-shadow:none}}
@media (forced-colors:active){main,button,.button,dl,.warning{border:1px solid}}
`;
