/** Style of every page a Space shows: system fonts, both colour schemes, nothing from elsewhere. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --surface: #ffffff; --raised: #f5f6f8; --line: #d9dde3; --text: #1a1e24; --quiet: #59636f;
  --accent: #0b6bcb; --accent-text: #ffffff; --good: #1a7f45; --warn: #9a5b00; --bad: #b42318;
}
@media (prefers-color-scheme: dark) {
  :root {
    --surface: #12161c; --raised: #1b2129; --line: #333c47; --text: #e8ebef; --quiet: #9aa6b4;
    --accent: #62aef7; --accent-text: #0b1117; --good: #57c785; --warn: #e0a84a; --bad: #f58a80;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.25rem 1rem 3rem; background: var(--surface); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; line-height: 1.25; }
h2 { font-size: 1.125rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .25rem 0 .75rem; }
a { color: var(--accent); }
.quiet { color: var(--quiet); font-size: .9rem; }
.row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
.pill { border: 1px solid currentColor; border-radius: 1rem; padding: .05rem .6rem; font-size: .85rem; color: var(--quiet); }
.pill[data-state="ready"] { color: var(--good); } .pill[data-state="waiting"] { color: var(--warn); } .pill[data-state="down"] { color: var(--bad); }
label { display: block; font-weight: 600; font-size: .9rem; margin-bottom: .25rem; }
textarea, input { width: 100%; padding: .6rem .7rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--raised); color: inherit; font: inherit; }
textarea { resize: vertical; }
button { min-height: 2.75rem; padding: .4rem 1.1rem; border: 1px solid transparent; border-radius: .5rem; background: var(--accent); color: var(--accent-text); font: inherit; font-weight: 600; cursor: pointer; }
button.plain { background: transparent; color: var(--accent); border-color: var(--line); font-weight: 500; }
button:disabled { opacity: .55; cursor: progress; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
pre { margin: .25rem 0; padding: .75rem; overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; background: var(--raised); font: .85rem/1.45 ui-monospace, Menlo, Consolas, monospace; }
code { font: .9em ui-monospace, Menlo, Consolas, monospace; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); }
.scroll { overflow-x: auto; }
.card { border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; margin: .75rem 0; }
.error { color: var(--bad); }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .75rem; }
`;
