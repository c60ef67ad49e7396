import type { Server } from "@repo/server-kit/server";
import { createTextEmbeddingServer, type TextEmbeddingParts } from "@repo/server-kit/text-embedding/create-text-embedding-server";
import manifest from "../package.json" with { type: "json" };

/** The Space's server: every text-embedding route in front of the service. */
export function createApp(parts: TextEmbeddingParts): Server {
  const description = "Sentence embeddings, 384 dimensions, by all-MiniLM-L6-v2 or the pocket model distilled from it.";
  const page = {
    title: "MiniLM sentence embeddings",
    lead: "Turns sentences into vectors of 384 numbers, so that texts with the same meaning lie close together.",
    pair: ["A man is eating food.", "Someone is having lunch."],
    list: [
      "A man is eating food.",
      "Someone is having lunch.",
      "A woman plays the violin.",
      "The musician performs on stage.",
      "A cheetah chases its prey.",
      "The stock market fell sharply today.",
    ],
  } as const;
  return createTextEmbeddingServer({ manifest, description, page }, parts);
}
