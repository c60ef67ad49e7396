import type { Assets } from "@repo/app-kit/load-assets";
import type { Database } from "@repo/app-kit/open-database";
import type { PageResponder } from "@repo/app-kit/page-responder";
import type { Server } from "@repo/server-kit/server";
import type { ActiveIndex } from "../../schema.ts";
import { drawFilmMap, type MapPoint } from "./film-map.ts";
import { MapPage } from "./map-page.tsx";

interface FilmMapParts {
  db: Database;
  assets: Assets;
  pages: PageResponder;
  activeIndex(): ActiveIndex | undefined;
}

/** How long a drawn map is good, milliseconds: drawing reads every vector, and films come in rarely. */
const freshForMs = 60_000;

/** Mounts GET /map. */
export function mountFilmMap(server: Server, { db, assets, pages, activeIndex }: FilmMapParts): void {
  let drawn: { points: Promise<MapPoint[]>; at: number } | undefined;
  const draw = async (): Promise<MapPoint[]> => {
    const index = activeIndex();
    if (!index) return [];
    if (!drawn || Date.now() - drawn.at > freshForMs) {
      const drawing = { points: drawFilmMap(db, index), at: Date.now() };
      // A map that could not be drawn is not kept.
      drawing.points.catch(() => (drawn === drawing ? (drawn = undefined) : undefined));
      drawn = drawing;
    }
    return await drawn.points;
  };
  server.app.get("/map", async (c) => await pages.page(c, async () => <MapPage assets={assets} points={await draw()} />));
}
