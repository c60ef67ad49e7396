import type { PlanePoint } from "./plane-projection.ts";

/** A dot of {@link ScatterPlot}. */
export interface ScatterPoint extends PlanePoint {
  /** Shown when the dot is pointed at or focused, and read aloud. */
  label: string;
  /** Where the dot leads. */
  href: string;
  /** Colour of the dot, degrees. */
  hue: number;
  /** Drawn larger and above the others; the others step back. */
  isHighlighted?: boolean;
}

const size = { width: 1000, height: 540, margin: 16 };

function Dot({ point, isFirst }: { point: ScatterPoint; isFirst: boolean }) {
  const x = size.margin + point.x * (size.width - 2 * size.margin);
  const y = size.margin + point.y * (size.height - 2 * size.margin);
  return (
    <a href={point.href} aria-label={point.label} tabindex={isFirst ? 0 : -1}>
      <circle
        cx={x.toFixed(1)}
        cy={y.toFixed(1)}
        r={point.isHighlighted ? 9 : 5}
        fill={`hsl(${point.hue} 65% 50%)`}
        class={point.isHighlighted ? "highlight" : undefined}
      >
        <title>{point.label}</title>
      </circle>
    </a>
  );
}

/**
 * Points as a picture (inline SVG). One Tab stop: with scatter-plot-keys.ts the arrow keys go from dot to dot and the
 * line below tells what a dot is; without it the browser's own tooltips do.
 */
export function ScatterPlot({ points, label }: { points: readonly ScatterPoint[]; label: string }) {
  const highlighted = points.filter((point) => point.isHighlighted);
  const inOrder = [...points.filter((point) => !point.isHighlighted), ...highlighted];
  const first = highlighted[0] ?? inOrder[0];
  return (
    <figure class="scatter" data-highlights={highlighted.length > 0 ? "" : undefined}>
      <svg viewBox={`0 0 ${size.width} ${size.height}`} role="group" aria-label={label}>
        {inOrder.map((point) => (
          <Dot point={point} isFirst={point === first} />
        ))}
      </svg>
      <figcaption>Point at a dot, or press Tab and the arrow keys.</figcaption>
    </figure>
  );
}
