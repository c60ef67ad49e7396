import { CodedError } from "@repo/contracts/coded-error";
import { expect, test } from "vitest";
import { scriptWriter, toDraft } from "../../../test/script-writer.ts";
import type { CardEvent } from "./card-events.ts";
import type { IdeaContent } from "./idea-content.ts";
import type { Authorship } from "./schema.ts";
import { type CardRun, type CardWriter, writeCards } from "./write-cards.ts";

interface Kept {
  content: IdeaContent;
  authorship: Authorship;
}

function defineRun(kept: Kept[], options: Partial<CardRun> = {}): CardRun {
  return {
    count: 3,
    order: "parallel",
    tier: "company",
    others: [],
    toPrompt: (others) => ({ prompt: `different from ${others.map(({ title }) => title).join(", ")}`, context: {} }),
    keep: async (content, authorship) => {
      kept.push({ content, authorship });
      return await Promise.resolve({ id: `id ${kept.length}`, markup: `<p>${content.title}</p>` });
    },
    ...options,
  };
}

async function collect(writer: CardWriter, run: CardRun, signal?: AbortSignal): Promise<CardEvent[]> {
  const events: CardEvent[] = [];
  for await (const event of writeCards(writer, run, signal === undefined ? {} : { signal })) events.push(event);
  return events;
}

const only = <Type extends CardEvent["type"]>(events: readonly CardEvent[], type: Type) =>
  events.filter((event): event is Extract<CardEvent, { type: Type }> => event.type === type);

test("cards written side by side grow at the same time, and each is kept as it is finished", async () => {
  const kept: Kept[] = [];
  const writer = scriptWriter({ pauseMs: 70, answers: [toDraft("Solar kettle"), toDraft("Bread map"), toDraft("Quiet train")] });
  const events = await collect(writer, defineRun(kept));
  expect(kept.map(({ content }) => content.title).toSorted()).toEqual(["Bread map", "Quiet train", "Solar kettle"]);
  const firstSaved = events.findIndex(({ type }) => type === "saved");
  expect(new Set(only(events.slice(0, firstSaved), "fields").map(({ card }) => card))).toEqual(new Set([0, 1, 2]));
  expect(events.at(-1)).toEqual({ type: "end", saved: 3, failed: 0 });
});

test("fields come one after the other, and only those that changed", async () => {
  const writer = scriptWriter({ pauseMs: 70, answers: [toDraft("Solar kettle")] });
  const fields = only(await collect(writer, defineRun([], { count: 1 })), "fields").map((event) => event.fields);
  expect(fields[0]).toHaveProperty("title");
  expect(fields.every((changed) => Object.keys(changed).length <= 3)).toBe(true);
});

test("one after the other: each card is asked to differ from those before it", async () => {
  const kept: Kept[] = [];
  const writer = scriptWriter({ answers: [toDraft("Solar kettle"), toDraft("Bread map")] });
  await collect(writer, defineRun(kept, { count: 2, order: "sequence" }));
  expect(writer.prompts).toEqual(["different from ", "different from Solar kettle"]);
  expect(writer.maxAtOnce).toBe(1);
});

test("a card that says the same as another is drawn again, and given up after three tries", async () => {
  const [kept, same] = [[] as Kept[], toDraft("Solar kettle")];
  const again = await collect(
    scriptWriter({ answers: [same, same, toDraft("Bread map")] }),
    defineRun(kept, { count: 2, order: "sequence" }),
  );
  expect(only(again, "writing").map(({ card, isAgain }) => [card, isAgain])).toEqual([
    [0, false],
    [1, false],
    [1, true],
  ]);
  expect(kept.map(({ content }) => content.title)).toEqual(["Solar kettle", "Bread map"]);
  const stuck = await collect(scriptWriter({ answers: [same, same, same, same] }), defineRun([], { count: 2, order: "sequence" }));
  expect(stuck.at(-1)).toEqual({ type: "end", saved: 1, failed: 1 });
  expect(only(stuck, "failed")[0]?.problem.message).toContain("nearly the same");
});

test("a card that fails does not stop the others; who was asked, and why each could not answer, is told", async () => {
  const failure = new CodedError("model_unavailable", "Nobody could answer.", {
    details: { fallbackPath: [{ tier: "company", variant: "live", code: "model_unavailable", reason: "The Space is asleep." }] },
  });
  const kept: Kept[] = [];
  const writer = scriptWriter({ answers: [toDraft("Solar kettle"), failure, toDraft("Bread map")] });
  const events = await collect(writer, defineRun(kept, { order: "sequence" }));
  expect(only(events, "failed")).toEqual([
    {
      type: "failed",
      card: 1,
      problem: { message: "Nobody could answer.", attempts: [{ tier: "company", reason: "The Space is asleep." }] },
    },
  ]);
  expect(events.at(-1)).toEqual({ type: "end", saved: 2, failed: 1 });
});

test("a card that another tier wrote says so, with the cause: while that one is asked, and in the end", async () => {
  const kept: Kept[] = [];
  const failed = [{ tier: "company", variant: "live", code: "model_unavailable", reason: "The Space is asleep." }] as const;
  const writer = scriptWriter({ answers: [toDraft("Solar kettle")], provenance: { answeredBy: "base", fallbackPath: [...failed] } });
  const events = await collect(writer, defineRun(kept, { count: 1 }));
  expect(events[1]).toEqual({ type: "fallback", card: 0, tier: "company", reason: "The Space is asleep." });
  const [saved] = only(events, "saved");
  expect(saved?.note).toBe("Written by the base tier (test/model) in place of the company tier. The company tier: The Space is asleep.");
  expect(kept[0]?.authorship).toMatchObject({ asked: "company", answered: "base", failed: [{ tier: "company" }] });
});

test("stopping ends every stream that is under way, and keeps nothing more", async () => {
  const [kept, stop] = [[] as Kept[], new AbortController()];
  const writer = scriptWriter({ pauseMs: 50, answers: [toDraft("Solar kettle"), toDraft("Bread map"), toDraft("Quiet train")] });
  const reading = (async () => {
    for await (const event of writeCards(writer, defineRun(kept), { signal: stop.signal })) if (event.type === "fields") stop.abort();
  })();
  await expect(reading).rejects.toMatchObject({ code: "cancelled" });
  await expect.poll(() => writer.running).toBe(0);
  expect(kept).toEqual([]);
});

test("leaving the loop ends every stream that is under way", async () => {
  const writer = scriptWriter({ pauseMs: 50, answers: [toDraft("Solar kettle"), toDraft("Bread map"), toDraft("Quiet train")] });
  for await (const event of writeCards(writer, defineRun([]), {})) if (event.type === "fields") break;
  await expect.poll(() => writer.running).toBe(0);
});

test("what a model writes is kept without what cannot be stored", async () => {
  const kept: Kept[] = [];
  const draft = { ...toDraft("Solar kettle"), title: "  Solar\0 kettle ", strengths: [" ", "light"] };
  await collect(scriptWriter({ answers: [draft] }), defineRun(kept, { count: 1 }));
  expect(kept[0]?.content).toMatchObject({ title: "Solar kettle", strengths: ["light"] });
});
