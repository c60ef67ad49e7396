/** A program of somebody who keeps memories with mem0: adds them, asks for some, tells its parent what it found, ends. */
import { Memory } from "mem0ai/oss";

/** What the parent sends: the settings a user writes, and what to do with them. */
export interface Mem0Task {
  embedder: { baseURL: string; apiKey: string; model: string; embeddingDims?: number };
  vectorStore: { connectionString: string; collectionName: string; embeddingModelDims: number };
  memories: readonly string[];
  questions: readonly string[];
}

/** What the parent gets. */
export type Mem0Report = { answers: { memory: string; score: number }[][] } | { error: string };

const userId = "alice";

async function keepAndAsk({ embedder, vectorStore, memories, questions }: Mem0Task): Promise<Mem0Report> {
  const memory = new Memory({
    embedder: { provider: "openai", config: embedder },
    vectorStore: { provider: "pgvector", config: vectorStore },
    // Never called: messages are kept as they are. The SDK wants a key even so.
    llm: { provider: "openai", config: { apiKey: "none", baseURL: "http://127.0.0.1:9/v1" } },
    disableHistory: true,
  });
  for (const text of memories) await memory.add(text, { userId, infer: false });
  const answers: { memory: string; score: number }[][] = [];
  for (const question of questions) {
    const { results } = await memory.search(question, { filters: { user_id: userId }, topK: 3 });
    answers.push(results.map((result) => ({ memory: result.memory, score: result.score ?? Number.NaN })));
  }
  return { answers };
}

process.once("message", (task) => {
  void keepAndAsk(task as Mem0Task)
    .catch((thrown: unknown): Mem0Report => ({ error: thrown instanceof Error ? thrown.message : String(thrown) }))
    // mem0 has no way to close its store: the process ends as such programs do.
    .then((report) => process.send?.(report, () => process.exit(0)));
});
