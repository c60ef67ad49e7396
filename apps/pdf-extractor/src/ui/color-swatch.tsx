/** Colours that words mean, for a dot beside them. A word that is not here gets none. */
const colors: Readonly<Record<string, string>> = {
  white: "#f8f8f6",
  cream: "#f3ead3",
  beige: "#dfceb0",
  tan: "#c9a77b",
  brown: "#7b5332",
  "dark brown": "#47301f",
  "light grey": "#cfd1d2",
  grey: "#8d9194",
  charcoal: "#3c4043",
  black: "#141414",
  red: "#c0302c",
  burgundy: "#6d1f31",
  terracotta: "#c4633f",
  orange: "#e6842f",
  yellow: "#f0cf3e",
  mustard: "#c99b2c",
  olive: "#7c7a3a",
  green: "#4a8f4d",
  "dark green": "#22492f",
  mint: "#aadfc4",
  sage: "#a2b09a",
  teal: "#1f7a7a",
  turquoise: "#3dbfb7",
  "light blue": "#a5cdea",
  blue: "#2f66b5",
  navy: "#1c2b52",
  purple: "#6d3f94",
  lavender: "#b9a7dc",
  pink: "#e8a1b7",
};

/** A dot of the colour that a word means; nothing for other words. */
export function ColorSwatch({ label }: { label: string }) {
  const fill = colors[label];
  return fill === undefined ? null : (
    <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
      <circle cx="5" cy="5" r="4.5" fill={fill} stroke="currentcolor" stroke-opacity="0.3" stroke-width="0.5" />
    </svg>
  );
}
