/** A day of {@link DayPlot}. */
interface PlottedDay {
  /** YYYY-MM-DD. */
  day: string;
  /** One number per series; null: nothing was counted or measured. */
  values: readonly (number | null)[];
}

/** What {@link DayPlot} draws. */
export interface DayPlotProps {
  title: string;
  days: readonly PlottedDay[];
  /** columns: values are amounts, piled up from the bottom. line: one line per series, shares of 0..1 unless `format` is given. */
  kind: "columns" | "line";
  /** What each value is, in the order of `values`. */
  series: readonly { name: string; tone: string }[];
  /** A value in words, e.g. with its unit. Default: columns the number, line per cent. */
  format?: (value: number) => string;
  /** Where a day leads. */
  href: (day: string) => string;
}

const size = { width: 720, height: 180, left: 56, right: 12, top: 14, bottom: 26 };
const inner = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom };

/** The smallest of 1, 2, 5, 10, 20, 50 … (or below 1: 0.5, 0.2, 0.1 …) that is not below `value`. */
function toRound(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10);
}

const toY = (share: number): number => size.top + inner.height * (1 - share);

/** Everything about a plot that does not depend on the day. */
interface Scale {
  most: number;
  step: number;
  format: (value: number) => string;
}

function toScale({ days, kind, format }: DayPlotProps): Scale {
  const amounts = days.flatMap(({ values }) =>
    kind === "line" ? values.map((value) => value ?? 0) : [values.reduce<number>((sum, value) => sum + (value ?? 0), 0)],
  );
  const largest = Math.max(0, ...amounts);
  const isShare = kind === "line" && format === undefined;
  const isCount = kind === "columns" && format === undefined;
  return {
    most: isShare ? 1 : toRound(largest === 0 || (isCount && largest < 1) ? 1 : largest),
    step: inner.width / Math.max(1, days.length),
    format: format ?? (isShare ? (value) => `${Math.round(value * 100)} %` : (value) => value.toLocaleString("en")),
  };
}

function describe({ title, series }: DayPlotProps, { day, values }: PlottedDay, { format }: Scale): string {
  const parts = values.map((value, index) => `${series[index]?.name ?? title}: ${value === null ? "none" : format(value)}`);
  return `${day}. ${parts.join(", ")}`;
}

function Column({ values, x, scale, series }: { values: PlottedDay["values"]; x: number; scale: Scale; series: DayPlotProps["series"] }) {
  let below = 0;
  return (
    <>
      {values.map((value, index) => {
        if (value === null || value === 0) return null;
        const [top, height] = [toY((below + value) / scale.most), (inner.height * value) / scale.most];
        below += value;
        return (
          <rect
            class="plot-part"
            data-tone={series[index]?.tone}
            x={(x + scale.step * 0.15).toFixed(1)}
            y={top.toFixed(1)}
            width={(scale.step * 0.7).toFixed(1)}
            height={height.toFixed(1)}
          />
        );
      })}
    </>
  );
}

type Point = { x: number; y: number } | null;

/** Pieces of a line: days without a value leave a gap. */
function toPieces(points: readonly Point[]): string[] {
  const pieces: string[][] = [[]];
  for (const point of points) {
    if (point === null) pieces.push([]);
    else pieces.at(-1)?.push(`${point.x.toFixed(1)},${point.y.toFixed(1)}`);
  }
  return pieces.filter((piece) => piece.length > 1).map((piece) => piece.join(" "));
}

function toLines({ days, series }: DayPlotProps, { most, step }: Scale): Point[][] {
  return series.map((_, line) =>
    days.map(({ values }, index) => {
      const value = values[line] ?? null;
      return value === null ? null : { x: size.left + step * (index + 0.5), y: toY(value / most) };
    }),
  );
}

function Axis({ kind, scale, isCount }: { kind: DayPlotProps["kind"]; scale: Scale; isCount: boolean }) {
  return (
    <>
      {[0, 0.5, 1].map((share) => (
        <g class="plot-axis">
          <line x1={size.left} x2={size.width - size.right} y1={toY(share)} y2={toY(share)} />
          <text x={size.left - 6} y={toY(share) + 4} text-anchor="end">
            {kind === "columns" && isCount && scale.most === 1 && share === 0.5 ? "" : scale.format(scale.most * share)}
          </text>
        </g>
      ))}
    </>
  );
}

/** A number per day as a picture, inline SVG. Each day is a link with a tooltip; the same numbers stand in the page's table. */
export function DayPlot(props: DayPlotProps) {
  const { title, days, kind, series, href } = props;
  const scale = toScale(props);
  const { step } = scale;
  const lines = kind === "line" ? toLines(props, scale) : [];
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
        <Axis kind={kind} scale={scale} isCount={props.format === undefined} />
        {lines.flatMap((points, line) =>
          toPieces(points).map((piece) => <polyline class="plot-line" data-tone={series[line]?.tone} points={piece} />),
        )}
        {days.map((day, index) => {
          const x = size.left + step * index;
          const isEmpty = day.values.every((value) => value === null || (kind === "columns" && value === 0));
          const label = describe(props, day, scale);
          const marks = (
            <>
              <rect class="plot-hit" x={x.toFixed(1)} y={size.top} width={step.toFixed(1)} height={inner.height}>
                <title>{label}</title>
              </rect>
              {kind === "columns" ? <Column values={day.values} x={x} scale={scale} series={series} /> : null}
              {lines.map((points, line) => {
                const point = points[index] ?? null;
                return point === null ? null : (
                  <circle class="plot-dot" data-tone={series[line]?.tone} cx={point.x.toFixed(1)} cy={point.y.toFixed(1)} r="3.5" />
                );
              })}
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
