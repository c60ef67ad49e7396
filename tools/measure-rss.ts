/**
 * `pnpm measure:rss [app ...]`: resident memory of each built app as a host would run it, idle and under load, as a table for
 * docs/deploy/render.md. The app gets the PostgreSQL that TEST_DATABASE_URL names, so that the embedded database does not count,
 * and its Space as a process of its own with the pocket model.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BuiltProcess, defineBuiltProcess } from "@repo/testing/built-process";
import { testDatabase, testDatabasePrefix } from "@repo/testing/test-database";
import { readWorkspaceUnits, repositoryRoot, selectUnits, type WorkspaceUnit } from "./workspace-units.ts";

/** How long pages are asked for, milliseconds, and by how many at once. */
const loadMs = 30_000;
const callers = 8;
const adminKey = "for-the-time-of-the-measurement";

interface Measured {
  name: string;
  idle: number;
  peak: number;
  requests: number;
  /** Answered with 4xx: a limit of requests, for example. */
  refusals: number;
  /** Answered with 5xx or not at all. */
  failures: number;
}

/** Pages and routes that touch the database or the Space, asked for in turn. */
const paths: Record<string, readonly string[]> = {
  cinematch: ["/", "/?query=Batman", "/?query=a+boat+in+a+storm", "/map"],
  "memory-server": ["/memories?user_id=ann", "/console/sign-in", "/openapi.json"],
  "exam-middleware": ["/", "/portal/staff/sign-in", "/portal/student/sign-in", "/openapi.json"],
  "pdf-extractor": ["/", "/calls", "/api/documents", "/pictures?text=dark+oak"],
  "idea-playground": ["/", "/usage", "/settings"],
};

/** Work that is put in before the load: what costs memory in this app. */
const work: Record<string, (url: string) => Promise<void>> = {
  "memory-server": async (url) => {
    for (let number = 0; number < 20; number += 1) {
      const body = JSON.stringify({
        messages: [{ role: "user", content: `Ann likes hill number ${number}.` }],
        user_id: "ann",
        infer: false,
      });
      await send(`${url}/memories`, { method: "POST", body, headers: { "content-type": "application/json" } });
    }
  },
  "pdf-extractor": async (url) => {
    const form = new FormData();
    const pdf = readFileSync(join(repositoryRoot, "apps/pdf-extractor/sample/material-catalogue.pdf"));
    form.append("files", new Blob([pdf], { type: "application/pdf" }), "catalogue.pdf");
    await send(`${url}/api/documents`, { method: "POST", body: form });
  },
};

async function send(
  url: string,
  { headers, ...options }: Omit<RequestInit, "headers"> & { headers?: Record<string, string> },
): Promise<void> {
  const response = await fetch(url, { ...options, headers: { ...headers, "x-api-key": adminKey } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
}

/** Resident memory of a process and its children, MiB. */
function readRss(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return children.reduce((sum, child) => sum + readRss(child), Math.round(Number(kilobytes) / 1024));
}

async function load(app: BuiltProcess, name: string): Promise<Omit<Measured, "name" | "idle">> {
  const until = Date.now() + loadMs;
  const routes = paths[name] ?? ["/"];
  let [peak, requests, refusals, failures] = [0, 0, 0, 0];
  const call = async (): Promise<void> => {
    while (Date.now() < until) {
      const path = routes[requests % routes.length] ?? "/";
      requests += 1;
      const response = await fetch(`${app.url}${path}`, { headers: { "x-api-key": adminKey }, signal: AbortSignal.timeout(20_000) }).catch(
        () => undefined,
      );
      await response?.arrayBuffer();
      if (response === undefined || response.status >= 500) failures += 1;
      else if (!response.ok) refusals += 1;
    }
  };
  const watch = async (): Promise<void> => {
    for (; Date.now() < until; await sleep(250)) peak = Math.max(peak, readRss(app.pid ?? 0));
  };
  await Promise.all([watch(), ...Array.from({ length: callers }, call)]);
  return { peak, requests, refusals, failures };
}

async function measure(unit: WorkspaceUnit, url: string): Promise<Measured> {
  const spaces = await Promise.all(Object.keys(unit.spaces).map(async (space) => await defineBuiltProcess(`spaces/${space}`)));
  const addresses = Object.fromEntries(Object.values(unit.spaces).map((variable, index) => [variable, spaces[index]?.url ?? ""]));
  const app = await defineBuiltProcess(`apps/${unit.name}`, {
    ...addresses,
    DATABASE_URL: url,
    DATABASE_NAME: testDatabase().name ?? `${testDatabasePrefix}rss`,
    LOCAL_FALLBACK: "false",
    ADMIN_API_KEY: adminKey,
    ACCESS_KEY: adminKey,
    SECRET_KEY: `${adminKey}-of-memory`,
    MALLOC_ARENA_MAX: "1",
  });
  try {
    for (const space of spaces) await space.start();
    await app.start();
    await sleep(5_000);
    const idle = readRss(app.pid ?? 0);
    await work[unit.name]?.(app.url);
    return { name: unit.name, idle, ...(await load(app, unit.name)) };
  } finally {
    await app.stop("SIGTERM");
    for (const space of spaces) await space.stop("SIGTERM");
  }
}

async function main(): Promise<void> {
  const url = process.env["TEST_DATABASE_URL"];
  if (url === undefined || url === "") throw new Error("Name a PostgreSQL with TEST_DATABASE_URL, and build first (pnpm build).");
  const units = selectUnits(readWorkspaceUnits(), process.argv.slice(2));
  const rows: Measured[] = [];
  for (const unit of units.filter(({ kind }) => kind === "app")) {
    rows.push(await measure(unit, url));
    console.log(JSON.stringify(rows.at(-1)));
  }
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: repositoryRoot, encoding: "utf8" }).trim();
  console.log(`\nMiB of resident memory at ${commit}, Node ${process.versions.node}, ${callers} callers for ${loadMs / 1000} s:\n`);
  console.log("| App | Idle | Under load, peak | Requests | Refused | Failed |\n|---|---|---|---|---|---|");
  for (const { name, idle, peak, requests, refusals, failures } of rows)
    console.log(`| ${name} | ${idle} | ${peak} | ${requests} | ${refusals} | ${failures} |`);
}

if (process.platform !== "linux") throw new Error("Resident memory is read from /proc, which only Linux has.");
await main();
