import type { Assets } from "@repo/app-kit/load-assets";
import { toHue } from "../../genre-hue.ts";
import { Shell } from "../../ui/shell.tsx";
import type { MapPoint } from "./film-map.ts";

const size = { width: 1000, height: 640, margin: 14 };

function Dot({ point }: { point: MapPoint }) {
  const x = size.margin + point.x * (size.width - 2 * size.margin);
  const y = size.margin + point.y * (size.height - 2 * size.margin);
  const name = point.year === null ? point.title : `${point.title} (${point.year})`;
  return (
    <a href={`/films/${point.id}`} aria-label={name}>
      <circle cx={x.toFixed(1)} cy={y.toFixed(1)} r="5" fill={`hsl(${toHue(point.genres)} 65% 50%)`} fill-opacity="0.75">
        <title>{`${name}: ${point.genres.join(", ")}`}</title>
      </circle>
    </a>
  );
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
        <svg class="map" viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={`Map of ${points.length} films`}>
          {points.map((point) => (
            <Dot point={point} />
          ))}
        </svg>
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
