import { type PlanePoint, projectOnPlane } from "@repo/app-kit/plane-projection";
import type { Memory } from "../../memory.ts";
import type { MemoryScope } from "../../memory-scope.ts";
import type { ConsoleParts } from "./console-parts.ts";

/** A memory's place on the map. */
interface MapPoint extends PlanePoint {
  id: string;
  /** Beginning of the text, in one line. */
  label: string;
  createdAt: Date;
}

/** Memories drawn, and how many there are. */
export interface MemoryMap {
  points: MapPoint[];
  /** Memories whose vectors were read: the newest. */
  sampled: number;
  total: number;
}

/** Most memories drawn: more would be a blot and a page of megabytes. The newest are taken. */
const maxMapMemories = 2_000;
/** Vectors read at a time: the text of a vector is parsed on this thread, 0.05 ms each. */
const readBatch = 200;
/** How long a map is good, milliseconds; it is also drawn anew when the number of memories changes. */
const freshForMs = 60_000;
/** Maps kept. */
const maxMaps = 50;

const toLabel = (text: string): string => text.replace(/\s+/g, " ").trim().slice(0, 120);

/** Draws maps and keeps them for a while. */
export interface MapMaker {
  /** Memories near each other in meaning are near each other on the map. */
  draw(scope: MemoryScope): Promise<MemoryMap>;
}

async function readInBatches(readVectors: ConsoleParts["readVectors"], memories: readonly Memory[]) {
  const placed: { memory: Memory; vector: Float32Array }[] = [];
  for (let from = 0; from < memories.length; from += readBatch) {
    const batch = memories.slice(from, from + readBatch);
    const vectors = await readVectors(batch.map(({ id }) => id));
    for (const memory of batch) {
      const vector = vectors.get(memory.id);
      if (vector) placed.push({ memory, vector });
    }
  }
  return placed;
}

/** Reads the newest memories of a scope and their vectors, and projects these on a plane. */
export function createMapMaker({ service, readVectors }: Pick<ConsoleParts, "service" | "readVectors">): MapMaker {
  const kept = new Map<string, { map: Promise<MemoryMap>; at: number; total: number }>();

  async function drawAnew(scope: MemoryScope): Promise<MemoryMap> {
    const { memories, total } = await service.list({ scope, limit: maxMapMemories });
    const placed = await readInBatches(readVectors, memories);
    const places = await projectOnPlane(placed.map(({ vector }) => vector));
    const points = placed.flatMap(({ memory: { id, text, createdAt } }, position) => {
      const place = places[position];
      return place ? [{ id, label: toLabel(text), createdAt, ...place }] : [];
    });
    return { points, sampled: placed.length, total };
  }

  return {
    draw: async (scope) => {
      const key = JSON.stringify([scope.userId, scope.agentId, scope.runId]);
      const { total } = await service.list({ scope, limit: 1 });
      const known = kept.get(key);
      if (known && known.total === total && Date.now() - known.at < freshForMs) return await known.map;
      const entry = { map: drawAnew(scope), at: Date.now(), total };
      kept.delete(key);
      kept.set(key, entry);
      const [oldest] = kept.keys();
      if (kept.size > maxMaps && oldest !== undefined) kept.delete(oldest);
      // A map that could not be drawn is not kept.
      entry.map.catch(() => (kept.get(key) === entry ? kept.delete(key) : false));
      return await entry.map;
    },
  };
}
