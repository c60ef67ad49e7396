/** A day of {@link DayPlot}. */
interface PlottedDay {
  /** YYYY-MM-DD. */
  day: string;
  /** Parts of a column from the bottom up; null: nothing was counted. */
  values: readonly (number | null)[];
}

/** What {@link DayPlot} draws. */
export interface DayPlotProps {
  title: string;
  days: readonly PlottedDay[];
  /** columns: values are counts, piled up. line: the first value of each day is a share, 0..1. */
  kind: "columns" | "line";
  /** What each value is, in the order of `values`. */
  series: readonly { name: string; tone: string }[];
  /** Where a day leads. */
  href: (day: string) => string;
}

const size = { width: 720, height: 180, left: 56, right: 12, top: 14, bottom: 26 };
const inner = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom };

/** The smallest of 1, 2, 5, 10, 20, 50 … that is not below `value`. */
function toRound(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10);
}

const toY = (share: number): number => size.top + inner.height * (1 - share);

function describe({ title, kind, series }: DayPlotProps, { day, values }: PlottedDay): string {
  const parts = values.map((value, index) => {
    const text = value === null ? "none" : kind === "line" ? `${Math.round(value * 100)} %` : value.toLocaleString("en");
    return `${series[index]?.name ?? title}: ${text}`;
  });
  return `${day}. ${parts.join(", ")}`;
}

function Column({
  values,
  x,
  width,
  most,
  series,
}: {
  values: PlottedDay["values"];
  x: number;
  width: number;
  most: number;
  series: DayPlotProps["series"];
}) {
  let below = 0;
  return (
    <>
      {values.map((value, index) => {
        if (value === null || value === 0) return null;
        const [top, height] = [toY((below + value) / most), (inner.height * value) / most];
        below += value;
        return (
          <rect
            class="plot-part"
            data-tone={series[index]?.tone}
            x={x.toFixed(1)}
            y={top.toFixed(1)}
            width={width.toFixed(1)}
            height={height.toFixed(1)}
          />
        );
      })}
    </>
  );
}

/** Pieces of the line: days without a value leave a gap. */
function toPieces(points: readonly ({ x: number; y: number } | null)[]): string[] {
  const pieces: string[][] = [[]];
  for (const point of points) {
    if (point === null) pieces.push([]);
    else pieces.at(-1)?.push(`${point.x.toFixed(1)},${point.y.toFixed(1)}`);
  }
  return pieces.filter((piece) => piece.length > 1).map((piece) => piece.join(" "));
}

/** A number per day as a picture, inline SVG. Each day is a link with a tooltip; the same numbers stand in the page's table. */
export function DayPlot(props: DayPlotProps) {
  const { title, days, kind, series, href } = props;
  const sums = days.map(({ values }) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0));
  const most = kind === "line" ? 1 : toRound(Math.max(1, ...sums));
  const step = inner.width / Math.max(1, days.length);
  const points = days.map(({ values: [value] }, index) =>
    value === null || value === undefined ? null : { x: size.left + step * (index + 0.5), y: toY(value) },
  );
  const labelEvery = Math.ceil(days.length / 8);
  return (
    <figure class="day-plot">
      <figcaption>
        {title}
        {series.length < 2 ? null : (
          <span class="plot-legend">
            {series.map(({ name, tone }) => (
              <span data-tone={tone}>{name}</span>
            ))}
          </span>
        )}
      </figcaption>
      <svg viewBox={`0 0 ${size.width} ${size.height}`} role="group" aria-label={title}>
        {[0, 0.5, 1].map((share) => (
          <g class="plot-axis">
            <line x1={size.left} x2={size.width - size.right} y1={toY(share)} y2={toY(share)} />
            <text x={size.left - 6} y={toY(share) + 4} text-anchor="end">
              {kind === "line" ? `${share * 100} %` : most === 1 && share === 0.5 ? "" : (most * share).toLocaleString("en")}
            </text>
          </g>
        ))}
        {kind === "line"
          ? toPieces(points).map((piece) => <polyline class="plot-line" data-tone={series[0]?.tone} points={piece} />)
          : null}
        {days.map((day, index) => {
          const [x, point] = [size.left + step * index, points[index]];
          const isEmpty = sums[index] === 0 && !point;
          const label = describe(props, day);
          const marks = (
            <>
              <rect class="plot-hit" x={x.toFixed(1)} y={size.top} width={step.toFixed(1)} height={inner.height}>
                <title>{label}</title>
              </rect>
              {kind === "columns" ? (
                <Column values={day.values} x={x + step * 0.15} width={step * 0.7} most={most} series={series} />
              ) : point ? (
                <circle class="plot-dot" data-tone={series[0]?.tone} cx={point.x.toFixed(1)} cy={point.y.toFixed(1)} r="3.5" />
              ) : null}
            </>
          );
          return (
            <>
              {isEmpty ? (
                <g>{marks}</g>
              ) : (
                <a href={href(day.day)} aria-label={label}>
                  {marks}
                </a>
              )}
              {index % labelEvery === 0 ? (
                <text class="plot-day" x={(x + step / 2).toFixed(1)} y={size.height - 6} text-anchor="middle">
                  {day.day.slice(5)}
                </text>
              ) : null}
            </>
          );
        })}
      </svg>
    </figure>
  );
}
