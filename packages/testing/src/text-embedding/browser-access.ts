/** What a browser asks before and after a page of another origin calls this Space with a key. */
import { describe, expect, test } from "vitest";
import type { EmbeddingSpace } from "./embedding-space.ts";
import { createSpaceFixture, type SpaceFixture } from "../space-fixture.ts";

const origin = "https://page.example";
const paths = ["/embed", "/v1/embeddings", "/api/embed", "/similarity", "/"];
const readable = [
  "x-request-id",
  "retry-after",
  "x-compute-type",
  "x-compute-time",
  "x-compute-tokens",
  "x-compute-characters",
  "x-total-time",
  "x-tokenization-time",
  "x-queue-time",
  "x-inference-time",
  "x-truncated-inputs",
  "server-timing",
];

const preflight = (at: SpaceFixture, path: string, from: string, headers: string): Promise<Response> =>
  fetch(`${at.url}${path}`, {
    method: "OPTIONS",
    headers: { origin: from, "access-control-request-method": "POST", "access-control-request-headers": headers },
  });
const listOf = (response: Response, name: string): string[] =>
  (response.headers.get(name) ?? "").split(",").map((item) => item.trim().toLowerCase());

/** Preflights, readable headers and refusals as a page of another origin sees them. */
export function testBrowserAccess(target: EmbeddingSpace): void {
  const space = createSpaceFixture(target, { SPACE_API_KEYS: "space-key" });
  const closed = createSpaceFixture(target, { CORS_ORIGINS: "https://ours.example" });

  describe.each(paths)("%s from another origin", (path) => {
    test.each([
      "authorization,content-type",
      "content-type,x-api-key,x-request-id,x-timeout-ms,traceparent",
      "authorization,content-type,x-stainless-lang,x-stainless-os,x-stainless-retry-count,user-agent",
    ])("passes the preflight for %s without a key", async (headers) => {
      const response = await preflight(space, path, origin, headers);
      expect(response.status).toBe(204);
      expect(["*", origin]).toContain(response.headers.get("access-control-allow-origin"));
      expect(listOf(response, "access-control-allow-methods")).toContain("post");
      // "*" would not do: it never covers Authorization.
      expect(listOf(response, "access-control-allow-headers")).toEqual(expect.arrayContaining(headers.split(",")));
    });

    test("may read the answer, its timings and why it was refused", async () => {
      for (const [key, status] of [
        ["space-key", 200],
        ["wrong", 401],
      ] as const) {
        const body = { input: "a", inputs: path === "/similarity" ? { source_sentence: "a", sentences: ["b"] } : "a" };
        const sent = path === "/embed" ? { text: "a" } : body;
        const response = await space.post(path, sent, { headers: { origin, authorization: `Bearer ${key}` } });
        expect(response.status).toBe(status);
        expect(["*", origin]).toContain(response.headers.get("access-control-allow-origin"));
        expect(listOf(response, "access-control-expose-headers")).toEqual(expect.arrayContaining(readable));
        expect(response.headers.get("server-timing")).toContain("total;dur=");
      }
    });
  });

  test("a Space that names its pages lets no other page read", async () => {
    const ours = await preflight(closed, "/embed", "https://ours.example", "content-type");
    expect(ours.headers.get("access-control-allow-origin")).toBe("https://ours.example");
    const other = await preflight(closed, "/embed", origin, "content-type");
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
    const answer = await closed.post("/embed", { text: "a" }, { headers: { origin } });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });
}
