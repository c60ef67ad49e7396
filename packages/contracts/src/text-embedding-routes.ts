import { embedTextRequest, embedTextResponse } from "./embed-text.ts";
import { defineRoute } from "./route.ts";

/** `POST /embed` with our own body; the same path answers TEI's clients when the body is theirs (see tei.ts). */
export const embedTextRoute = defineRoute({
  method: "POST",
  path: "/embed",
  family: "outpost",
  summary: "Turn texts into vectors",
  description:
    "The texts come as texts, text, input or sentences (a string or a list) and the answer is an object. " +
    "A body with `inputs` and none of this route's own fields is text-embeddings-inference's: it is answered with its bare list of vectors.",
  request: embedTextRequest,
  response: embedTextResponse,
});
