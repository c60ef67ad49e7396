import { beforeAll, expect, test } from "vitest";
import { appSettings } from "../../schema.ts";
import { openTestApp } from "../../../test/open-test-app.ts";
import { openDatabaseTimeoutMs, openSharedDatabase, useTextSpace } from "../../../test/open-test-services.ts";
import { startForeignServer } from "../../../test/start-foreign-server.ts";

beforeAll(openSharedDatabase, openDatabaseTimeoutMs);

const adminKey = "an-administrator-of-tests";
const ndjson = { accept: "application/x-ndjson" };

/** What the last line of a streamed test shows. */
async function lastLineOf(response: Response): Promise<string> {
  const lines = (await response.text()).trim().split("\n");
  return (JSON.parse(lines.at(-1) ?? "") as { html: string }).html;
}

test("a tier's settings are saved, and the page shows them but never the token", async (context) => {
  const { post, get, database } = await openTestApp(context);
  const saved = await post("/settings/tiers/company", {
    space_url: "acme/company-llm",
    api_endpoint: "/api/predict",
    model_version: "2026-11",
    token: "hf_verysecrettoken",
  });
  expect(saved.status).toBe(303);
  expect(saved.headers.get("location")).toBe("/settings?notice=tier-company#tier-company");
  const page = await get("/settings?notice=tier-company");
  for (const shown of ["acme/company-llm", "/api/predict", "2026-11", "•••••••• (stored)", "Company saved."]) expect(page).toContain(shown);
  expect(page).not.toContain("verysecret");
  const rows = JSON.stringify(await database.db.select().from(appSettings));
  expect(rows).not.toContain("verysecret");
  expect(rows).toContain("v1.");
});

test("a form without a token keeps the stored one, and only a tick forgets it", async (context) => {
  const { post, store } = await openTestApp(context);
  const read = async () => store.openToken(await store.read(), "user")?.reveal();
  await post("/settings/tiers/user", { token: "hf_one" });
  await post("/settings/tiers/user", { space_url: "acme/other" });
  expect(await read()).toBe("hf_one");
  await post("/settings/tiers/user", { forget_token: "on" });
  expect(await read()).toBeUndefined();
});

test.for([
  ["space_url", "https://huggingface.co/acme", "Space URL"],
  ["space_url", "ftp://example.org", "Space URL"],
  ["api_endpoint", "api/generate", "Endpoint"],
  ["staging_percent", "150", "Share of the questions"],
  ["input_format", "xml", "Body"],
  ["token", "two words", "token"],
] as [string, string, string][])("a form with %s=%s is refused with words about it", async ([field, value, words], context) => {
  const { post } = await openTestApp(context);
  const answer = await post("/settings/tiers/base", { [field]: value });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain(words);
});

test("switches, the default tier and the toggle are saved", async (context) => {
  const { post, store } = await openTestApp(context);
  await post("/settings/spaces", { default_tier: "abstraction" });
  await post("/settings/flags", { useMultiTieredAI: "on" });
  const { spaces, flags } = await store.read();
  expect(spaces).toMatchObject({ enabled: false, default_tier: "abstraction" });
  expect(flags).toMatchObject({ useMultiTieredAI: true, useHuggingFaceSpaces: false });
  expect((await post("/settings/spaces", { default_tier: "royal" })).status).toBe(404);
});

test("settings are the administrator's: everybody else is led to the sign-in page, whose key opens them", async (context) => {
  const { post, server } = await openTestApp(context, { ADMIN_API_KEY: adminKey, PUBLIC_PLAYGROUND: "true" });
  const page = await server.app.request("/settings");
  expect([page.status, page.headers.get("location")]).toEqual([303, "/sign-in?next=%2Fsettings"]);
  expect((await post("/settings/flags", {})).status).toBe(303);
  expect((await post("/settings/tiers/base/test", { space_url: "http://127.0.0.1:9" })).headers.get("location")).toContain("/sign-in");
  expect((await server.app.request("/")).status, "the playground is public here").toBe(200);
  expect((await post("/sign-in", { key: "wrong" })).status).toBe(401);
  const signedIn = await post("/sign-in", { key: adminKey, next: "/settings" });
  expect(signedIn.headers.get("location")).toBe("/settings");
  const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
  expect((await server.app.request("/settings", { headers: { cookie } })).status).toBe(200);
  await post("/sign-out", {}, { cookie });
  expect((await server.app.request("/settings", { headers: { cookie } })).status).toBe(303);
  expect((await server.app.request("/settings", { headers: { authorization: `Bearer ${adminKey}` } })).status).toBe(200);
});

test("without PUBLIC_PLAYGROUND the playground asks for the key too", async (context) => {
  const { server } = await openTestApp(context, { ADMIN_API_KEY: adminKey });
  expect((await server.app.request("/")).headers.get("location")).toBe("/sign-in?next=%2F");
});

test("a form that a page elsewhere sends changes nothing", async (context) => {
  const { post, store } = await openTestApp(context);
  expect((await post("/settings/spaces", { default_tier: "user" }, { origin: "https://evil.example" })).status).toBe(403);
  expect((await store.read()).spaces.default_tier).toBe("base");
});

test("a connection test tells each step as it comes, and what is in the form is not saved", async (context) => {
  const space = await useTextSpace(context);
  const { post, store } = await openTestApp(context);
  const response = await post("/settings/tiers/base/test", { space_url: space.url }, ndjson);
  const lines = (await response.text())
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { html: string }).html);
  expect(lines.length).toBeGreaterThan(4);
  expect(lines[0]).toContain('data-step="address"');
  expect(lines.at(-1)).toContain('data-condition="awake"');
  for (const step of ["address", "awake", "authorised", "path", "body", "answer", "latency"])
    expect(lines.at(-1)).toMatch(new RegExp(`data-step="${step}" data-state="passed"`));
  expect((await store.read()).spaces.spaces.base.space_url).toBe("");
});

test("a connection test names what is wrong, on a page without a script too", async (context) => {
  const space = await useTextSpace(context, { apiKeys: ["another-key"] });
  const { post } = await openTestApp(context);
  const see = async (fields: Record<string, string>) => await (await post("/settings/tiers/base/test", fields)).text();
  expect(await see({ space_url: space.url })).toContain('data-condition="wrong_key"');
  space.behave({ kind: "asleep" });
  expect(await see({ space_url: space.url })).toMatch(/data-step="awake" data-state="failed"/);
  expect(await see({ space_url: "http://127.0.0.1:9" })).toContain('data-condition="unreachable"');
  expect(await see({ space_url: "not an address" })).toContain('data-condition="not_a_space"');
  expect(await see({})).toContain("Set the address of a Space first.");
});

test("where a server of another make answers is offered, and kept when that is wanted", async (context) => {
  const server = await startForeignServer(context, () => "Hello there.");
  const { post, store } = await openTestApp(context);
  const html = await lastLineOf(await post("/settings/tiers/user/test", { space_url: server.url, api_endpoint: "/api/predict" }, ndjson));
  expect(html).toContain('data-endpoint="/api/generate" data-format="inputs"');
  await post("/settings/tiers/user/wire", { api_endpoint: "/api/generate", input_format: "inputs" });
  expect((await store.read()).spaces.spaces.user).toMatchObject({ api_endpoint: "/api/generate", input_format: "inputs" });
});

test("the stored token goes to the server that it is stored for only", async (context) => {
  const [own, other] = [await useTextSpace(context), await useTextSpace(context)];
  const { post, store } = await openTestApp(context);
  await store.changeTier("base", { space_url: own.url, token: "hf_secret" });
  await post("/settings/tiers/base/test", { space_url: own.url });
  await post("/settings/tiers/base/test", { space_url: other.url });
  expect(own.tokens).toContain("Bearer hf_secret");
  expect(other.paths.length).toBeGreaterThan(0);
  expect(other.tokens).toEqual([]);
});

test("what a server says is text on the page, whatever it is", async (context) => {
  const server = await startForeignServer(context, () => "<script>alert(1)</script>");
  const { post } = await openTestApp(context);
  const html = await lastLineOf(await post("/settings/tiers/user/test", { space_url: server.url }, ndjson));
  expect(html).toContain("&lt;script&gt;");
  expect(html).not.toContain("<script>");
});
