import { z } from "zod";

/** Which model answered. Vectors are comparable only when all three of model, revision and dimensions agree. */
export const modelIdentity = z.object({
  model: z.string().describe("Name of the model, e.g. sentence-transformers/all-MiniLM-L6-v2 or outpost/pocket-minilm."),
  revision: z.string().describe("Commit of the model's repository, or hash of its weights."),
  dimensions: z.number().int().positive().describe("Length of every vector."),
});

/** See {@link modelIdentity}. */
export type ModelIdentity = z.infer<typeof modelIdentity>;

/** True when vectors of `a` and `b` lie in the same space. */
export function isSameModel(a: ModelIdentity, b: ModelIdentity): boolean {
  return a.model === b.model && a.revision === b.revision && a.dimensions === b.dimensions;
}
