import type { Assets } from "@repo/app-kit/load-assets";
import { minPlanePoints } from "@repo/app-kit/plane-projection";
import { ScatterPlot } from "@repo/app-kit/scatter-plot";
import { Shell, type Viewer } from "../../ui/shell.tsx";
import type { Found } from "./memories-page.tsx";
import type { MemoryMap } from "./memory-map.ts";
import { OwnerHeader, SearchBox } from "./owner-header.tsx";
import { type Owner, toAddress } from "./owner.ts";

/** Colours of the oldest and of the newest memory, degrees. */
const hues = { oldest: 35, newest: -145 };

function Legend() {
  return (
    <p class="legend">
      <svg viewBox="0 0 100 10" aria-hidden="true">
        {Array.from({ length: 5 }, (_, step) => (
          <circle cx={10 + step * 20} cy="5" r="5" fill={`hsl(${hues.oldest + ((hues.newest - hues.oldest) * step) / 4} 65% 50%)`} />
        ))}
      </svg>{" "}
      from the oldest to the newest
    </p>
  );
}

/** Memories as a picture; those that a search found stand out. */
export function MapPage(props: { assets: Assets; viewer: Viewer; owner: Owner | undefined; map: MemoryMap; query: string; found: Found }) {
  const { owner, map, query } = props;
  const { memories: found, problem } = props.found;
  const times = map.points.map(({ createdAt }) => createdAt.getTime()).toSorted((a, b) => a - b);
  // By rank, not by time: memories come in bursts, and a burst would have one colour.
  const toHue = (at: Date): number => {
    const rank = times.findLastIndex((time) => time <= at.getTime()) / Math.max(1, times.length - 1);
    return Math.round(hues.oldest + (hues.newest - hues.oldest) * rank);
  };
  const scores = new Map(found.map(({ memory, score }) => [memory.id, score]));
  const points = map.points.map((point) => {
    const score = scores.get(point.id);
    const label = score === undefined ? point.label : `${score.toFixed(2)} – ${point.label}`;
    return {
      x: point.x,
      y: point.y,
      label,
      href: `/console/memories/${point.id}`,
      hue: toHue(point.createdAt),
      isHighlighted: scores.has(point.id),
    };
  });
  const missing = found.filter(({ memory }) => !map.points.some(({ id }) => id === memory.id)).length;
  return (
    <Shell title={`Map of ${owner?.id ?? "all memories"}`} assets={props.assets} viewer={props.viewer}>
      <OwnerHeader owner={owner} viewer={props.viewer} current="Map" total={map.total} />
      {points.length === 0 ? (
        <p class="empty">A map needs at least {minPlanePoints} memories.</p>
      ) : (
        <>
          <SearchBox owner={owner} query={query} action="/console/map" placeholder="Find memories on the map …" />
          {query === "" ? null : (
            <p class="result-line" role="status">
              {problem ?? (found.length === 0 ? "Nothing found" : `${found.length} nearest marked`)} for <q dir="auto">{query}</q>
              {missing === 0 ? null : ` (${missing} of them older than what is drawn)`}
              <span>
                <a href={toAddress("/console/memories", owner, { query })}>Show as a list</a>{" "}
                <a href={toAddress("/console/map", owner)}>Clear</a>
              </span>
            </p>
          )}
          <ScatterPlot points={points} label={`Map of ${points.length} memories`} />
          <Legend />
          <p class="note">
            Memories that mean similar things lie near each other: the picture shows the two directions in which their vectors differ most.
            {map.sampled < map.total
              ? ` It shows the newest ${map.sampled.toLocaleString("en")} of ${map.total.toLocaleString("en")}.`
              : null}
          </p>
        </>
      )}
    </Shell>
  );
}
