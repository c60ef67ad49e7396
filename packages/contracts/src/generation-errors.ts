/** Error bodies of the routes that write text. */
import { z } from "zod";
import { openAiError } from "./openai-embeddings.ts";

/** OpenAI's, and the message once more where Hugging Face's JavaScript client looks for it. */
export const openAiGenerationError = openAiError.extend({ message: z.string().describe("The same message.") });

/** text-generation-inference's, and our code. */
export const tgiError = z.object({
  error: z.string().describe("What went wrong and how to fix it."),
  error_type: z
    .enum(["validation", "generation", "overloaded", "unhealthy", "deadline", "unauthorized", "forbidden", "not_found"])
    .describe("Kind of error; the first four are text-generation-inference's."),
  code: z.string().describe("One of our error codes."),
});
