import type { VisualEmbedder, VisualTimings } from "@repo/contracts/visual-embedding";
import type { HandlerContext } from "../mount-route.ts";
import type { VisualEmbeddingHost } from "./visual-embedding-host.ts";

/**
 * What every visual route does around the service: it is waited for, counted and timed.
 * @param inputs how many images and texts there are
 */
export async function runVisual<Result extends { timings: VisualTimings; tokenCounts?: number[] }>(
  host: VisualEmbeddingHost,
  { context, inputs }: { context: HandlerContext; inputs: number },
  ask: (service: VisualEmbedder) => Promise<Result>,
): Promise<Result> {
  const result = await host.metrics.measure(inputs, async () => await ask(await host.service()));
  const { tokenizeMs, queueMs, inferenceMs } = result.timings;
  context.timings.tokenizeMs = tokenizeMs;
  context.timings.queueMs = queueMs;
  context.timings.inferenceMs = inferenceMs;
  context.timings.computeTokens = (result.tokenCounts ?? []).reduce((sum, tokens) => sum + tokens, 0);
  return result;
}
