/** Style of the try-it page, after pageStyle. */
export const tryItStyle = `
.drop { display: grid; gap: .25rem; justify-items: start; padding: 1.25rem; border: 2px dashed var(--line); border-radius: .75rem; cursor: pointer; font-weight: 400; }
.drop[data-over], .drop:focus-within { border-color: var(--accent); }
.drop input { border: 0; padding: .25rem 0; background: none; }
.result { display: grid; grid-template-columns: minmax(8rem, 14rem) minmax(0, 1fr); gap: 1rem; margin-top: 1rem; }
@media (max-width: 34rem) { .result { grid-template-columns: minmax(0, 1fr); } }
.result img { max-width: 100%; height: auto; border-radius: .5rem; background: #fff; }
.scores { display: grid; grid-template-columns: minmax(0, max-content) minmax(4rem, 1fr) max-content; gap: .25rem .75rem; align-items: center; margin: 0 0 1rem; }
.scores dt { overflow-wrap: anywhere; } .scores dd { margin: 0; }
.scores meter { width: 100%; height: 1rem; }
#key-row { max-width: 24rem; margin: .75rem 0; }
`;
