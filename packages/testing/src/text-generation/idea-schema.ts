import { z } from "zod";

/** An idea as the suites ask for it, in keywords that every server with schemas knows. */
export const ideaSchema = {
  type: "object",
  properties: {
    title: { type: "string", maxLength: 40 },
    kind: { enum: ["lamp", "bag", "map"] },
    strengths: { type: "array", items: { type: "string", maxLength: 30 }, minItems: 1, maxItems: 2 },
  },
  required: ["title", "kind", "strengths"],
  additionalProperties: false,
};

/** The same for zod. */
export const idea = z.strictObject({
  title: z.string().max(40),
  kind: z.enum(["lamp", "bag", "map"]),
  strengths: z.array(z.string().max(30)).min(1).max(2),
});

/** The error of a call that must fail. */
export async function failureOf<Thrown = Error>(work: Promise<unknown>): Promise<Thrown> {
  return await work.then(
    () => {
      throw new Error("The call succeeded.");
    },
    (thrown: unknown) => thrown as Thrown,
  );
}
