import { expect, test } from "vitest";
import { toDraft } from "../../../test/script-writer.ts";
import { readAnswerSchema } from "../../language-models/answer-schema.ts";
import {
  ideaContent,
  ideaDraft,
  ideaFieldNames,
  ideaFields,
  ideaSections,
  swotFields,
  toIdeaContent,
  toPartialIdea,
} from "./idea-content.ts";

test("every field is asked for in the order in which it is shown, with its meaning and its longest length", () => {
  const { jsonSchema } = readAnswerSchema(ideaDraft);
  const properties = jsonSchema["properties"] as Record<
    string,
    { description?: string; maxLength?: number; items?: { maxLength?: number } }
  >;
  expect(Object.keys(properties)).toEqual([...ideaFieldNames]);
  for (const [name, { description, maxLength, items }] of Object.entries(properties)) {
    const field = ideaFields[name as keyof typeof ideaFields];
    expect([name, description, maxLength ?? items?.maxLength]).toEqual([name, field.help, field.maxWritten]);
  }
  expect(jsonSchema["required"]).toEqual(ideaFieldNames.filter((name) => !ideaFields[name].isOptional));
});

test("every field has one place on a card", () => {
  const places = ["title", "description", ...ideaSections.flatMap(({ fields }) => fields), ...swotFields];
  expect(places.toSorted()).toEqual([...ideaFieldNames].toSorted());
});

test("what a model writes can be kept, and a title is never empty", () => {
  const content = toIdeaContent({ ...toDraft("Tea"), title: " \0 ", description: "half \uD83D" });
  expect(ideaContent.parse(content)).toEqual(content);
  expect([content.title, content.description]).toEqual(["Untitled idea", "half \uFFFD"]);
});

test("of a growing answer only fields of an idea are shown, each as what it is", () => {
  const growing = { title: "Tea", strengths: ["hot", 5, null], threats: "none", constructor: "x", extra: "y", description: 7 };
  expect(toPartialIdea(growing)).toEqual({ title: "Tea", strengths: ["hot"] });
});
