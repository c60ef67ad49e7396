import type { Assets } from "@repo/app-kit/load-assets";
import { type ScatterPoint, ScatterPlot } from "@repo/app-kit/scatter-plot";
import { toHue } from "../../genre-hue.ts";
import { Shell } from "../../ui/shell.tsx";
import type { MapPoint } from "./film-map.ts";

function toScatterPoint({ id, title, year, genres, x, y }: MapPoint): ScatterPoint {
  const name = year === null ? title : `${title} (${year})`;
  return { x, y, href: `/films/${id}`, hue: toHue(genres), label: `${name}: ${genres.join(", ")}` };
}

/** All films as dots: near each other when they are about similar things. */
export function MapPage({ assets, points }: { assets: Assets; points: readonly MapPoint[] }) {
  const genres = [...new Set(points.flatMap((point) => point.genres.slice(0, 1)))].toSorted();
  return (
    <Shell title="Film map – cinematch" assets={assets} current="/map">
      <h1>Film map</h1>
      <p>Films that are about similar things lie near each other. Point at a dot for its title; follow it for films like it.</p>
      {points.length === 0 ? (
        <p role="status">The films are being indexed. Come back in a moment.</p>
      ) : (
        <ScatterPlot points={points.map(toScatterPoint)} label={`Map of ${points.length} films`} />
      )}
      <ul class="legend">
        {genres.map((genre) => (
          <li>
            <svg viewBox="0 0 10 10" aria-hidden="true">
              <circle cx="5" cy="5" r="5" fill={`hsl(${toHue([genre])} 65% 50%)`} />
            </svg>{" "}
            {genre}
          </li>
        ))}
      </ul>
    </Shell>
  );
}
