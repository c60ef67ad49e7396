/** Style of the try-it page, after pageStyle. */
export const tryItStyle = `
.drop { display: grid; gap: .25rem; justify-items: start; padding: 1.25rem; border: 2px dashed var(--line); border-radius: .75rem; cursor: pointer; font-weight: 400; }
.drop[data-over], .drop:focus-within { border-color: var(--accent); }
.drop input { border: 0; padding: .25rem 0; background: none; }
details { margin: .75rem 0; } details label { margin-top: .5rem; }
.field { display: grid; grid-template-columns: minmax(0, 1fr); gap: .25rem; border-left: 4px solid var(--line); padding-left: .75rem; margin: .75rem 0; }
.field[data-field="register_number"] { border-color: #0b6bcb; } .field[data-field="subject_code"] { border-color: #b4530a; }
.value { font: 700 1.5rem ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.field img { max-width: 100%; height: auto; background: #fff; border-radius: .25rem; justify-self: start; }
meter { width: min(100%, 16rem); height: 1rem; vertical-align: middle; }
canvas { max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: .5rem; background: #fff; margin-top: .75rem; }
#key-row { max-width: 24rem; margin: .75rem 0; }
`;
