import { CodedError } from "@repo/contracts/coded-error";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestPlayground, type TestPlayground } from "../../../test/open-test-playground.tsx";
import { type ScriptedWriter, scriptWriter, toDraft } from "../../../test/script-writer.ts";
import type { CardEvent } from "./card-events.ts";
import { canvases } from "./schema.ts";

const titles = ["Solar kettle", "Bread map", "Quiet train", "Rain library", "Moss roof", "Paper boat", "Night baker", "Cold lamp"];
let playground: TestPlayground;
let writer: ScriptedWriter;
let canvasId: string;

beforeAll(async () => {
  playground = await openTestPlayground({
    languageModel: { streamStructure: ((...question) => writer.streamStructure(...question)) as ScriptedWriter["streamStructure"] },
  });
}, 180_000);
beforeEach(async () => {
  await playground.db.delete(canvases);
  writer = scriptWriter({ answers: titles.map(toDraft) });
  canvasId = (await playground.canvases.create("Kitchen ideas")).id;
});
afterAll(async () => await playground.close());

interface Answer {
  status: number;
  text: string;
  location: string;
  headers: Headers;
}

async function get(path: string): Promise<Answer> {
  return await toAnswer(await playground.server.app.request(path));
}

async function post(path: string, fields: Record<string, string> | [string, string][] = {}, accept = "text/html"): Promise<Answer> {
  return await toAnswer(
    await playground.server.app.request(path, { method: "POST", body: new URLSearchParams(fields), headers: { accept } }),
  );
}

async function toAnswer(response: Response): Promise<Answer> {
  return {
    status: response.status,
    text: await response.text(),
    location: response.headers.get("location") ?? "",
    headers: response.headers,
  };
}

function toEvents({ text }: Answer): CardEvent[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data) as CardEvent);
}

async function addIdea(title: string): Promise<string> {
  return (await playground.ideas.add({ canvasId, content: toDraft(title), origin: "generate", request: "", authorship: null })).id;
}

const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;

/** Markup that a security policy or a hostile text would trip over. */
function findSuspicious(text: string): string[] {
  return [...text.matchAll(/<script(?![^>]* src=")[^>]*>|<img[^>]*>|<[a-z]+[^>"]*\s(?:style|on[a-z]+)="/g)].map(([match]) => match);
}

test("hostile texts are text on every page, in the cards that are sent, and nothing is inline", async () => {
  const hostileDraft = { ...toDraft(hostile), strengths: [hostile] };
  writer = scriptWriter({ answers: [hostileDraft], provenance: { model: hostile } });
  await playground.canvases.rename(canvasId, hostile.slice(0, 80));
  const fields = { mode: "generate", topic: hostile, industry: hostile, count: "1", use_company: "on", company_name: hostile };
  const run = await post(`/canvases/${canvasId}/cards`, fields, "text/event-stream");
  const saved = toEvents(run).find((event) => event.type === "saved");
  expect(findSuspicious(saved?.markup ?? "<script>")).toEqual([]);
  const [idea] = await playground.ideas.list(canvasId);
  const other = await addIdea(hostile);
  await playground.ideas.addVariation({ ideaId: other, content: hostileDraft, authorship: idea!.authorship! });
  for (const path of [
    "/",
    `/canvases/${canvasId}`,
    `/canvases/${canvasId}?mode=market`,
    `/canvases/${canvasId}?mode=refine&idea=${encodeURIComponent(hostile)}&notice=deleted&undo=${encodeURIComponent(hostile)}`,
    `/canvases/${canvasId}/compare?idea=${idea?.id}&idea=${other}`,
    `/canvases/${canvasId}/new`,
    `/ideas/${other}/edit`,
    `/ideas/${other}/variations?notice=${encodeURIComponent(hostile)}`,
  ]) {
    const { status, text, headers } = await get(path);
    expect([path, status]).toEqual([path, 200]);
    expect([path, findSuspicious(text)]).toEqual([path, []]);
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
  }
});

test("an empty playground says what to do, and so does an empty canvas", async () => {
  await playground.canvases.remove(canvasId);
  expect((await get("/")).text).toContain("Create a canvas.");
  const { location, status } = await post("/canvases", { name: "  Rails  " });
  expect([status, location]).toEqual([303, expect.stringMatching(/^\/canvases\/[0-9a-f-]{36}\?notice=created$/)]);
  expect((await get(location)).text).toContain("No ideas yet.");
  expect((await get(location.replace(/\?.*/, "?mode=refine"))).text).toContain("There is nothing to refine yet.");
});

test("a canvas is renamed, thrown away with its ideas, and brought back with them", async () => {
  const idea = await addIdea("Solar kettle");
  expect((await post(`/canvases/${canvasId}/rename`, { name: "Trains" })).location).toContain("notice=renamed");
  const { location } = await post(`/canvases/${canvasId}/delete`);
  const home = await get(location);
  expect(home.text).toContain(`action="/canvases/${canvasId}/restore"`);
  expect(home.text).not.toContain("Trains");
  expect((await get(`/canvases/${canvasId}`)).status).toBe(404);
  expect((await get(`/ideas/${idea}/edit`)).status).toBe(404);
  expect((await post(`/canvases/${canvasId}/restore`)).location).toContain("notice=restored");
  expect((await get(`/canvases/${canvasId}`)).text).toContain("Solar kettle");
  expect((await post(`/canvases/${canvasId}/restore`)).location).toBe("/?notice=expired");
});

test.for<[string, string, Record<string, string>]>([
  ["a canvas without a name", "/canvases", { name: " " }],
  ["a name that is too long", "/canvases", { name: "x".repeat(81) }],
  ["ideas about nothing", "/canvases/:id/cards", { mode: "generate" }],
  ["four cards", "/canvases/:id/cards", { mode: "generate", topic: "tea", count: "4" }],
  ["a count that is no number", "/canvases/:id/cards", { mode: "generate", topic: "tea", count: "many" }],
  ["a tier that does not exist", "/canvases/:id/cards", { mode: "generate", topic: "tea", tier: "boss" }],
  ["a topic that is too long", "/canvases/:id/cards", { mode: "generate", topic: "x".repeat(301) }],
  ["a market that does not exist", "/canvases/:id/cards", { mode: "market", topic: "tea", market_focus: "black" }],
  ["a refinement of nothing", "/canvases/:id/refine", { instruction: "cheaper" }],
  ["a merge of nothing", "/canvases/:id/merge", {}],
  ["an idea without a title", "/canvases/:id/new", { description: "no title" }],
])("%s is refused with a page that says why", async ([, path, fields]) => {
  const { status, text } = await post(path.replace(":id", canvasId), fields);
  expect(status).toBe(400);
  expect(text).toContain('role="alert"');
  expect(writer.prompts).toEqual([]);
});

test("a run tells every step: fields as they grow, cards as they are kept, and the end", async () => {
  const answer = await post(`/canvases/${canvasId}/cards`, { mode: "generate", topic: "tea", count: "2" }, "text/event-stream");
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  const events = toEvents(answer);
  expect(events.at(-1)).toEqual({ type: "end", saved: 2, failed: 0 });
  expect(
    events.filter(({ type }) => type === "saved").map((event) => event.type === "saved" && /<h3[^>]*>([^<]*)/.exec(event.markup)?.[1]),
  ).toEqual(["Solar kettle", "Bread map"]);
  expect((await playground.ideas.list(canvasId)).map(({ content }) => content.title).toSorted()).toEqual(["Bread map", "Solar kettle"]);
});

test("without scripts a run ends with the page of its cards, and the form remembers what was asked", async () => {
  const fields = {
    mode: "market",
    topic: "tea",
    industry: "Hotels",
    market_focus: "adjacent",
    count: "2",
    order: "sequence",
    tier: "company",
  };
  const company = { use_company: "on", company_name: "Acme", company_industry: "Kettles" };
  const { location } = await post(`/canvases/${canvasId}/cards`, { ...fields, ...company });
  expect(location).toBe(`/canvases/${canvasId}?mode=market&notice=written#cards`);
  expect(writer.prompts[0]).toBe(
    "Write a product idea about tea.\nIndustry: Hotels.\nMarket: for an adjacent market, near to the customers it already serves.",
  );
  expect(writer.prompts[1]).toContain("It is different from: Solar kettle.");
  expect(writer.contexts[0]).toEqual({ company_name: "Acme", company_industry: "Kettles" });
  const { text } = await get(location);
  for (const part of ['value="Hotels"', 'value="adjacent" checked', 'value="company" selected', 'value="2" checked', 'value="Acme"'])
    expect(text).toContain(part);
  expect(text).toContain('type="checkbox" name="use_company" value="on" checked');
});

test("the company is part of the prompt only where it is wanted", async () => {
  await post(`/canvases/${canvasId}/cards`, { mode: "generate", topic: "tea", count: "1", company_name: "Acme" });
  expect(writer.contexts).toEqual([{}]);
});

test("where nobody can answer the page says why, and nothing made up is kept", async () => {
  const failure = new CodedError("model_unavailable", "No tier could answer.", {
    details: { fallbackPath: [{ tier: "base", variant: "live", code: "model_unavailable", reason: "The Space is asleep." }] },
  });
  writer = scriptWriter({ answers: [failure] });
  const { status, text } = await post(`/canvases/${canvasId}/cards`, { mode: "generate", topic: "tea" });
  expect([status, text.includes("No tier could answer.")]).toEqual([503, true]);
  const events = toEvents(await post(`/canvases/${canvasId}/cards`, { mode: "generate", topic: "tea" }, "text/event-stream"));
  expect(events.filter(({ type }) => type === "failed")).toHaveLength(3);
  expect(events.at(-1)).toEqual({ type: "end", saved: 0, failed: 3 });
  expect(await playground.ideas.list(canvasId)).toEqual([]);
});

test("what goes wrong inside stays inside", async () => {
  writer = scriptWriter({ answers: [new Error("password=secret")] });
  const fields = { mode: "generate", topic: "tea", count: "1" };
  expect((await post(`/canvases/${canvasId}/cards`, fields, "text/event-stream")).text).not.toContain("secret");
  expect((await post(`/canvases/${canvasId}/cards`, fields)).text).not.toContain("secret");
});

test("a reader who leaves stops the model; what was kept before stays", async () => {
  writer = scriptWriter({ answers: titles.map(toDraft), pauseMs: 20 });
  const response = await playground.server.app.request(`/canvases/${canvasId}/cards`, {
    method: "POST",
    body: new URLSearchParams({ mode: "generate", topic: "tea", count: "5", order: "sequence" }),
    headers: { accept: "text/event-stream" },
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  while (!seen.includes('"type":"saved"')) seen += (await reader.read()).value ?? "";
  await reader.cancel();
  await expect.poll(() => writer.running).toBe(0);
  expect(writer.prompts.length).toBeLessThan(4);
  expect((await playground.ideas.list(canvasId)).length).toBeGreaterThan(0);
});

test("an idea is saved and no longer; the list of saved ones follows", async () => {
  const [one] = [await addIdea("Solar kettle"), await addIdea("Bread map")];
  expect((await post(`/ideas/${one}/save`, { saved: "on" }, "application/json")).status).toBe(204);
  const saved = await get(`/canvases/${canvasId}?show=saved`);
  expect([
    saved.text.includes('<h3 dir="auto" data-field="title">Solar kettle'),
    saved.text.includes('data-field="title">Bread map'),
  ]).toEqual([true, false]);
  expect(saved.text).toContain("/export?show=saved&amp;format=json");
  expect((await post(`/ideas/${one}/save`, { saved: "off" })).location).toBe(`/canvases/${canvasId}?notice=unsaved#i-${one}`);
  expect((await get(`/canvases/${canvasId}?show=saved`)).text).toContain("No idea is saved yet.");
});

test("an idea that was thrown away comes back as it was", async () => {
  const id = await addIdea("Solar kettle");
  const before = await playground.ideas.get(id);
  const { location } = await post(`/ideas/${id}/delete`);
  const page = await get(location);
  expect(page.text).toContain(`action="/ideas/${id}/restore"`);
  expect(page.text).not.toContain("Solar kettle");
  expect((await post(`/ideas/${id}/restore`)).location).toContain("notice=restored");
  expect(await playground.ideas.get(id)).toEqual(before);
});

test("an idea is edited by hand: lists are lines, what may be left out is, and two people do not overwrite each other", async () => {
  const id = await addIdea("Solar kettle");
  const fields = { version: "1", title: "Sun kettle", description: "Boils", strengths: "- light\r\n\r\n* small", market_size: "" };
  expect((await post(`/ideas/${id}/edit`, fields)).location).toBe(`/canvases/${canvasId}?notice=edited#i-${id}`);
  const { content, version } = await playground.ideas.get(id);
  expect(content).toMatchObject({ title: "Sun kettle", description: "Boils", problem_statement: "", strengths: ["light", "small"] });
  expect([content.market_size, version]).toEqual([undefined, 2]);

  const late = await post(`/ideas/${id}/edit`, { ...fields, title: "Moon kettle" });
  expect(late.status).toBe(409);
  expect(late.text).toContain("Somebody else has changed this idea");
  expect(late.text).toContain('value="Moon kettle"');
  expect((await playground.ideas.get(id)).content.title).toBe("Sun kettle");
  expect((await post(`/ideas/${id}/edit`, { ...fields, title: "Moon kettle", version: "2" })).status).toBe(303);
});

test("what was typed is still there when it cannot be kept", async () => {
  const { status, text } = await post(`/canvases/${canvasId}/new`, { title: " ", description: "A long thought" });
  expect([status, text.includes("An idea needs a title."), text.includes("A long thought")]).toEqual([400, true, true]);
  const { location } = await post(`/canvases/${canvasId}/new`, { title: "Mine", description: "A long thought" });
  expect((await get(location.replace(/#.*/, ""))).text).toContain("Written by hand");
});

test("a refinement is a card of its own, made from the original, which stays", async () => {
  const id = await addIdea("Bread map");
  const { location } = await post(`/canvases/${canvasId}/refine`, { idea: id, instruction: "Make it cheaper", count: "1" });
  expect(writer.prompts[0]).toMatch(/^Refine this product idea: Make it cheaper\.\n\nTitle: Bread map\nDescription: /);
  const [refined, original] = await playground.ideas.list(canvasId);
  expect(refined).toMatchObject({ origin: "refine", sources: [{ id, title: "Bread map" }] });
  expect(original?.id).toBe(id);
  expect((await get(location.replace(/#.*/, ""))).text).toContain("Refined from");
});

test("ideas are merged into one that says what it was made of; the sources stay", async () => {
  const [one, two] = [await addIdea("Bread map"), await addIdea("Quiet train")];
  const fields: [string, string][] = [
    ["idea", one],
    ["idea", two],
  ];
  await post(`/canvases/${canvasId}/merge`, fields);
  expect(writer.prompts[0]).toMatch(/^Merge these product ideas into one\.\n\nIdea 1\nTitle: Bread map\n[^]*Idea 2\nTitle: Quiet train\n/);
  const [merged] = await playground.ideas.list(canvasId);
  expect(merged).toMatchObject({
    content: { title: "Solar kettle (Merged Concept)" },
    origin: "merge",
    sources: [
      { id: one, title: "Bread map" },
      { id: two, title: "Quiet train" },
    ],
  });
  await post(`/ideas/${one}/delete`);
  expect((await playground.ideas.get(merged!.id)).sources[0]).toEqual({ id: null, title: "Bread map" });
  expect((await post(`/canvases/${canvasId}/merge`, fields)).status).toBe(404);
});

test("two to four ideas are compared, field by field", async () => {
  const ids = [];
  for (const title of titles.slice(0, 5)) ids.push(await addIdea(title));
  const address = (chosen: string[]) => `/canvases/${canvasId}/compare?${chosen.map((id) => `idea=${id}`).join("&")}`;
  const { text } = await get(address(ids.slice(0, 3)));
  expect(text).toContain("Compare 3 ideas");
  expect(text).toContain('<li dir="auto">Breadstrengthsmap Bread map strengths one</li>');
  expect((await get(address(ids.slice(0, 1)))).status).toBe(400);
  expect((await get(address(ids))).text).toContain("Choose 2 to 4 ideas; 5 are chosen.");
  const elsewhere = (await playground.canvases.create("Elsewhere")).id;
  expect((await get(`/canvases/${elsewhere}/compare?idea=${ids[0]}&idea=${ids[1]}`)).status).toBe(404);
});

test("variations stand beside their idea until one is kept and the others are thrown away", async () => {
  const id = await addIdea("Bread map");
  writer = scriptWriter({ answers: ["Bread map", "Solar kettle", "Quiet train"].map(toDraft) });
  const { location } = await post(`/ideas/${id}/variations`, { count: "2" });
  // The first answer says the same as the idea, so that it is drawn again.
  expect(writer.prompts).toHaveLength(3);
  expect((await get(location.replace(/#.*/, ""))).text.match(/Keep this one/g)).toHaveLength(2);
  const [variation] = await playground.ideas.listVariations(id);
  const kept = await post(`/variations/${variation?.id}/keep`);
  expect(kept.location).toMatch(new RegExp(`^/canvases/${canvasId}\\?notice=kept#i-`));
  const [newest] = await playground.ideas.list(canvasId);
  expect(newest).toMatchObject({ origin: "variation", sources: [{ id, title: "Bread map" }], content: variation?.content });
  expect((await post(`/variations/${variation?.id}/keep`)).status).toBe(404);
  await post(`/ideas/${id}/variations/discard`);
  expect(await playground.ideas.listVariations(id)).toEqual([]);
});

test("a canvas is taken away as Markdown that reads as it was written, and as JSON with everything", async () => {
  const id = await addIdea("Bread map");
  await playground.ideas.edit(
    id,
    { ...toDraft("Bread *map*"), description: "# not a heading\n1. <b>no</b> list", strengths: ["- dash | bar"] },
    1,
  );
  await playground.ideas.setSaved(id, true);
  await addIdea("Quiet train");
  const markdown = await get(`/canvases/${canvasId}/export?format=markdown`);
  expect(markdown.headers.get("content-disposition")).toBe('attachment; filename="kitchen-ideas.md"');
  expect(markdown.text).toContain("# Kitchen ideas\n");
  expect(markdown.text).toContain("## Bread \\*map\\* ★\n");
  expect(markdown.text).toContain("\n\\# not a heading 1. \\<b\\>no\\</b\\> list\n");
  expect(markdown.text).toContain("\n- \\- dash \\| bar\n");
  const json = await get(`/canvases/${canvasId}/export?format=json&show=saved`);
  expect(json.headers.get("content-type")).toContain("application/json");
  expect(JSON.parse(json.text)).toMatchObject({
    canvas: { name: "Kitchen ideas" },
    ideas: [{ id, title: "Bread *map*", strengths: ["- dash | bar"], saved: true, written_by: null, sources: [] }],
  });
  expect((JSON.parse(json.text) as { ideas: unknown[] }).ideas).toHaveLength(1);
  expect((await get(`/canvases/${canvasId}/export?format=pdf`)).status).toBe(400);
});

test("what does not exist is not found", async () => {
  const none = "00000000-0000-4000-8000-000000000000";
  for (const path of [`/canvases/${none}`, `/ideas/${none}/edit`, `/ideas/${none}/variations`, `/canvases/${none}/export?format=json`])
    expect([path, (await get(path)).status]).toEqual([path, 404]);
  for (const path of [`/ideas/${none}/save`, `/ideas/${none}/delete`, `/variations/${none}/keep`, `/canvases/${none}/rename`])
    expect([path, (await post(path, { name: "x" })).status]).toEqual([path, 404]);
  expect((await post(`/canvases/${none}/cards`, { mode: "generate", topic: "tea" }, "text/event-stream")).status).toBe(404);
});
