import { expect, test, type TestContext } from "vitest";
import { createSpaceClient } from "./create-space-client.ts";
import { diagnoseSpace, spaceConditions, type SpaceCondition } from "./diagnose-space.ts";
import { createTextEmbedderClient } from "./text-embedder-client.ts";
import { health, html, json, page, startLocalSpace, type Answer } from "../test/local-space.ts";

const ok = health;
const text404: Answer = (response) => void response.writeHead(404).end("Not Found");

/** A Space at user-name.hf.space and the Hub, both played by local servers. */
async function onHub(context: Pick<TestContext, "onTestFinished">, routes: Record<string, Answer>, runtime: Answer, url = "user/name") {
  const space = await startLocalSpace(context, routes);
  const hub = await startLocalSpace(context, { "/api/spaces/user/name/runtime": runtime, "/api/spaces/by-subdomain/user-name": runtime });
  const client = createSpaceClient({
    url,
    token: "hf_token",
    apiKey: "space-key",
    hubUrl: hub.url,
    fetch: (input, init) => fetch(new Request(input, init).url.replace("https://user-name.hf.space", space.url), init),
  });
  return { space, hub, client };
}

test.for([
  ["asleep", { "/health": page(503) }, json(200, { stage: "SLEEPING" })],
  ["asleep", { "/health": html }, json(200, { stage: "STOPPED" })],
  ["building", { "/health": page(503) }, json(200, { stage: "BUILDING" })],
  ["building", { "/health": page(503) }, json(200, { stage: "APP_STARTING" })],
  ["building", { "/health": page(503) }, json(200, { stage: "RUNNING" })],
  ["building", { "/health": page(503) }, json(200, { stage: "RUNNING_BUILDING" })],
  ["paused", { "/health": page(503) }, json(200, { stage: "PAUSED" })],
  ["build_error", { "/health": page(503) }, json(200, { stage: "BUILD_ERROR" })],
  ["build_error", { "/health": page(404) }, json(200, { stage: "NO_APP_FILE" })],
  ["build_error", { "/health": page(503) }, json(200, { stage: "CONFIG_ERROR" })],
  ["runtime_error", { "/health": page(503) }, json(200, { stage: "RUNTIME_ERROR", errorMessage: "Exit code: 1" })],
  ["out_of_memory", { "/health": page(503) }, json(200, { stage: "RUNTIME_ERROR", errorMessage: "Memory limit exceeded (16Gi)" })],
  ["not_a_space", { "/health": page(404) }, json(200, { stage: "DELETING" })],
  ["private", { "/health": page(404) }, json(401, { error: "Invalid username or password." })],
  ["private", { "/health": page(404) }, json(404, { error: "Repository not found" })],
  ["private", { "/health": page(404) }, page(500)],
  ["asleep", { "/health": page(503) }, page(500)],
  ["wrong_path", { "/health": text404 }, json(200, { stage: "RUNNING" })],
  ["wrong_path", { "/health": json(200, { app: "something else" }) }, json(200, { stage: "RUNNING" })],
  // The stage lies, the Space's own word wins.
  ["awake", { "/health": ok }, json(200, { stage: "RUNTIME_ERROR" })],
  ["awake", { "/health": ok }, json(200, { stage: "SLEEPING" })],
] as [SpaceCondition, Record<string, Answer>, Answer][])("$0 is named (case %#)", async ([condition, routes, runtime], context) => {
  const { client } = await onHub(context, routes, runtime);
  const diagnosis = await diagnoseSpace(client);
  expect(diagnosis).toMatchObject({ condition, ...spaceConditions[condition] });
  expect(diagnosis.evidence.length).toBeGreaterThan(0);
});

test("the Hub is asked with the token and without the key of the Space, also for a direct host", async (context) => {
  const { client, hub } = await onHub(
    context,
    { "/health": page(503) },
    json(200, { id: "user/name", runtime: { stage: "PAUSED" } }),
    "https://user-name.hf.space/",
  );
  expect(await diagnoseSpace(client)).toMatchObject({ condition: "paused", stage: "PAUSED" });
  expect(hub.seen.map((request) => request.path)).toEqual(["/api/spaces/by-subdomain/user-name"]);
  expect(hub.seen[0]?.headers.authorization).toBe("Bearer hf_token");
  expect(hub.seen[0]?.headers["x-api-key"]).toBeUndefined();
});

test.for([
  ["awake", {}],
  ["loading", { "/ready": json(503, { ready: false, stage: "loading", reason: "1 of 2 workers" }) }],
  ["model_failed", { "/ready": json(503, { ready: false, stage: "failed", reason: "model.onnx is a Git LFS pointer" }) }],
  ["wrong_key", { "/embed": json(401, { error: "key" }) }],
  ["wrong_path", { "/embed": json(404, { error: "no such route" }) }],
  ["wrong_body", { "/embed": json(422, { detail: [{ loc: ["body", "texts"], msg: "field required" }] }) }],
  ["wrong_body", { "/embed": json(200, { vectors: [] }) }],
  ["failing", { "/embed": json(500, { error: "boom" }) }],
  ["failing", { "/health": page(502) }],
  ["not_a_space", { "/health": html }],
  ["wrong_key", { "/health": json(401, { error: "key" }) }],
  ["wrong_path", { "/health": text404 }],
  ["not_a_space", { "/health": (response) => void response.writeHead(302, { location: "https://example.org/login" }).end() }],
] as [SpaceCondition, Record<string, Answer>][])("a server of one's own: $0 (case %#)", async ([condition, routes], context) => {
  const space = await startLocalSpace(context, routes);
  const embedder = createTextEmbedderClient({ url: space.url, maxAttempts: 1 });
  expect((await diagnoseSpace(embedder.space, { trial: () => embedder.probe() })).condition).toBe(condition);
});

test("a refused connection and an unknown host are unreachable, each with its reason", async (context) => {
  const space = await startLocalSpace(context);
  await space.close();
  const refused = await diagnoseSpace(createSpaceClient({ url: space.url }));
  expect(refused.condition).toBe("unreachable");
  expect(refused.evidence.join()).toContain("nothing listens");
  const unknown = await diagnoseSpace(createSpaceClient({ url: "http://does-not-exist.invalid:7861" }));
  expect(unknown.condition).toBe("unreachable");
  expect(unknown.evidence.join()).toContain("name");
});

test("plain HTTP where TLS is expected is unreachable", async (context) => {
  const space = await startLocalSpace(context);
  expect((await diagnoseSpace(createSpaceClient({ url: space.url.replace("http:", "https:") }))).condition).toBe("unreachable");
});

test("a server that never answers is failing, within the time given", async (context) => {
  const space = await startLocalSpace(context, { "/health": () => {} });
  expect((await diagnoseSpace(createSpaceClient({ url: space.url }), { deadlineAt: Date.now() + 200 })).condition).toBe("failing");
});
