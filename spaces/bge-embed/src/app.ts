import type { Server } from "@repo/server-kit/server";
import { createTextEmbeddingServer, type TextEmbeddingParts } from "@repo/server-kit/text-embedding/create-text-embedding-server";
import manifest from "../package.json" with { type: "json" };

/** The Space's server: every text-embedding route in front of the service. */
export function createApp(parts: TextEmbeddingParts): Server {
  const description = "Vectors of queries and passages for search, 768 dimensions, by bge-base-en-v1.5 or its small stand-in.";
  const page = {
    title: "BGE embeddings for search",
    lead: "Turns questions and passages into vectors of 768 numbers, so that a question lies close to the passages that answer it.",
    pair: ["How do I reset my password?", 'Choose "Forgot password" on the sign-in page to set a new one.'],
    list: [
      "How do I reset my password?",
      'Choose "Forgot password" on the sign-in page to set a new one.',
      "When will my parcel arrive?",
      "Deliveries within the country take two to three working days.",
      "Alice prefers window seats on long flights.",
      "The bakery opens at six in the morning.",
    ],
  } as const;
  // As the Space this one replaces: its own route took questions.
  const defaultInputType = { native: "query" } as const;
  return createTextEmbeddingServer({ manifest, description, page, defaultInputType }, parts);
}
