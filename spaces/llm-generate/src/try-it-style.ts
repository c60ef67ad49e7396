/** Style of the try-it page, after pageStyle. */
export const tryItStyle = `
fieldset.modes { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; border: 0; padding: 0; margin: 0 0 .75rem; }
fieldset.modes legend { padding: 0; font-weight: 600; font-size: .9rem; }
fieldset.modes label { display: inline-flex; align-items: center; gap: .4rem; min-height: 2.75rem; font-weight: 400; font-size: 1rem; margin: 0; }
fieldset.modes input { width: auto; }
#schema { font: .85rem/1.45 ui-monospace, Menlo, Consolas, monospace; }
#schema-row { margin-top: .75rem; }
.settings { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: .5rem 0; }
details summary { cursor: pointer; min-height: 2rem; }
.answer:not(:empty), .turn { white-space: pre-wrap; overflow-wrap: anywhere; padding: .75rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--raised); margin: .75rem 0; }
.answer[data-json] { font: .9rem/1.45 ui-monospace, Menlo, Consolas, monospace; }
.turn[data-role="user"] { margin-left: 2rem; background: none; }
#numbers { min-height: 1.5em; font-variant-numeric: tabular-nums; }
#key-row { max-width: 24rem; margin: .75rem 0; }
`;
