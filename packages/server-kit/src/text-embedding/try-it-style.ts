/** Style of the try-it page, after pageStyle. */
export const tryItStyle = `
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: .75rem; margin-bottom: .75rem; }
.answer { min-height: 2.5rem; margin-top: .75rem; }
.score { font-size: 2rem; font-weight: 700; font-variant-numeric: tabular-nums; margin-right: .6rem; }
meter { width: min(100%, 20rem); height: 1rem; vertical-align: middle; }
.picture { overflow-x: auto; }
.picture svg { display: block; font: 12px system-ui, sans-serif; }
.picture svg text { fill: var(--text); }
.caption { min-height: 3em; }
pre + button { margin-top: .25rem; }
button + p.quiet { margin-top: 1rem; }
#key-row { max-width: 24rem; margin: .75rem 0; }
`;
