import type { SpaceStatus } from "./console-parts.ts";

const names: Readonly<Record<string, { state: "good" | "busy" | "bad" | "unknown"; name: string }>> = {
  awake: { state: "good", name: "Space awake" },
  warming: { state: "busy", name: "Space waking up" },
  down: { state: "bad", name: "Space not reachable" },
};

/** A Space's state in a few words; used by server and browser. */
export function toSpaceLine({ mode, state, answeredBy }: SpaceStatus): { state: "good" | "busy" | "bad" | "unknown"; name: string } {
  if (answeredBy === "fallback") return { state: "busy", name: "Space away, the same model here answers" };
  if (mode === "local") return { state: "good", name: "Model inside this server" };
  return names[state] ?? { state: "unknown", name: "Space not asked yet" };
}
