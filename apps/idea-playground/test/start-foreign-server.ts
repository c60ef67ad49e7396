import { listen } from "@repo/server-kit/listen";
import { Hono } from "hono";
import type { TestContext } from "vitest";

/** A running server of another make that speaks the user guide's wire at /api/generate and nothing else. */
export interface ForeignServer {
  url: string;
  /** What it was asked after the question that finds out how it is asked. */
  prompts: string[];
}

/** Starts one; it ends with the test. @param reply the next answer; undefined: it fails */
export async function startForeignServer(
  context: Pick<TestContext, "onTestFinished">,
  reply: (prompt: string) => string | undefined,
): Promise<ForeignServer> {
  const prompts: string[] = [];
  const app = new Hono();
  app.post("/api/generate", async (c) => {
    const { inputs } = await c.req.json<{ inputs?: unknown }>();
    if (typeof inputs !== "string") return c.json({ detail: "inputs is required" }, 422);
    if (inputs === "Hello") return c.json({ generated_text: "Hello." });
    prompts.push(inputs);
    const text = reply(inputs);
    return text === undefined ? c.json({ error: "out of luck" }, 501) : c.json({ generated_text: text });
  });
  app.notFound((c) => c.json({ detail: "Not Found" }, 404));
  const listener = await listen({ app }, { port: 0, hostname: "127.0.0.1" });
  context.onTestFinished(async () => await listener.close({ force: true }));
  return { url: listener.url, prompts };
}
