import type { GeneratedAnswer, GeneratedToken, GenerationEvent } from "@repo/contracts/generate-text";
import type { JobChannel } from "./job-channel.ts";
import type { GenerationJob } from "./language-model-protocol.ts";

/** What a request's caller is told, up to its end. @throws CodedError what the request failed with */
export async function* tellGeneration(
  { answers, seed }: GenerationJob,
  channel: JobChannel,
): AsyncGenerator<GenerationEvent, void, undefined> {
  const written = Array.from({ length: answers }, (): GeneratedToken[] => []);
  for (;;) {
    const event = await channel.next();
    if (event.kind === "end") {
      yield { type: "end", usage: event.usage, timings: event.timings };
      return;
    }
    const { answer } = event;
    const tokens = written[answer] as GeneratedToken[];
    if (event.kind === "token") {
      tokens.push(event.token);
      yield { type: "token", answer, token: event.token };
      continue;
    }
    const { finishReason, stoppedBy } = event;
    const text = tokens.map((token) => token.text).join("");
    const finished: GeneratedAnswer = { text, finishReason, tokens, seed, ...(stoppedBy === undefined ? {} : { stoppedBy }) };
    yield { type: "answer", answer, finished };
  }
}
