import { openDatabase } from "@repo/app-kit/open-database";
import { migrationsFolder } from "../open-catalogue.ts";
import { createVectorSource } from "../../bench/vector-source.ts";
import { findNearestPictures } from "./tmp-nearest.ts";
import { sql } from "drizzle-orm";
const database = await openDatabase({ url: "postgres://postgres@127.0.0.1:55432/bench2", directory: "x", migrationsFolder } as never);
const db = database.db;
const q = { base: createVectorSource(1152, 1, 7919), color: createVectorSource(1152, 2, 7919) };
const N = Number(process.argv[2] ?? 20);
const queries = Array.from({ length: N }, () => ({ base: q.base(), color: q.color() }));
async function run(name: string, make: (v: any) => any, settings: [number, number][]) {
  const exact: string[][] = []; const ex: number[] = [];
  for (const v of queries) { const t = performance.now(); exact.push((await findNearestPictures(db, { ...make(v), limit: 10, maxExact: 100000 })).map((x: any) => x.id)); ex.push(performance.now() - t); }
  console.log(name, "exact p50", ex.toSorted((a, b) => a - b)[N >> 1]);
  for (const [min, breadth] of settings) {
    (globalThis as any).MINC = min; (globalThis as any).BREADTH = breadth;
    let hit = 0; const ms: number[] = [];
    for (const [i, v] of queries.entries()) { const t = performance.now(); const f = await findNearestPictures(db, { ...make(v), limit: 10, maxExact: 0 }); ms.push(performance.now() - t); hit += f.filter((x: any) => exact[i]!.includes(x.id)).length; }
    console.log(" ", min, breadth, "recall", hit / N / 10, "p50", ms.toSorted((a, b) => a - b)[N >> 1]);
  }
}
await run("base", (v) => ({ vectors: { base: v.base }, weights: { base: 1 }, filter: {} }), [[120, 120], [120, 200], [200, 200]]);
await run("blend", (v) => ({ vectors: v, weights: { base: 1, color: 1 }, filter: {} }), [[120, 120], [200, 200], [400, 400], [800, 800]]);
await run("filter", (v) => ({ vectors: { base: v.base }, weights: { base: 1 }, filter: { color: "teal" } }), [[120, 120], [40, 120], [40, 400], [120, 400]]);
await database.close();
