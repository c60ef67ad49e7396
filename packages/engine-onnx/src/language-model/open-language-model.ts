import type { GenerationGrammar } from "@repo/contracts/generation-grammar";
import type { CompiledGrammar } from "@repo/grammar/compiled-grammar";
import { openSession } from "../session.ts";
import { createDecoderRows } from "./decoder-rows.ts";
import { GenerationScheduler } from "./generation-scheduler.ts";
import { createGrammarSource, type GrammarSource } from "./grammar-source.ts";
import { kvBytesPerToken } from "./kv-arena.ts";
import type { DecoderCapabilities, OpenLanguageModel } from "./language-model-protocol.ts";
import { prepareDecoder } from "./prepare-decoder.ts";
import { probeDecoder } from "./probe-decoder.ts";
import { readLanguageTokenizer } from "./read-language-tokenizer.ts";

/** A language model in this thread. */
export interface OpenedLanguageModel {
  scheduler: GenerationScheduler;
  capabilities: DecoderCapabilities;
  /** Rows of the logits. */
  vocabularySize: number;
  kvBytesPerToken: number;
  /** @throws CodedError invalid_request naming what the grammar has that is not supported */
  compile(grammar: GenerationGrammar): CompiledGrammar;
  close(): Promise<void>;
}

/**
 * A step is hundreds of small products. To sleep and be woken between two of them takes a fifth of a step's time where the cores are
 * free; to look for work for long takes a core from others where they are not. This bridges the gap between two products only.
 */
const spinMicroseconds = 20;

/**
 * Loads a language model into this thread, which is then blocked by every step.
 * @throws CodedError model_unavailable when it cannot be loaded or computes nonsense
 */
export async function openLanguageModel(model: OpenLanguageModel): Promise<OpenedLanguageModel> {
  const tokenizer = await readLanguageTokenizer(model.directory);
  const prepared = await prepareDecoder(model.onnxPath, model.cacheDirectory, { openAccuracyLevel: model.openAccuracyLevel });
  const { onnxPath } = prepared;
  const session = await openSession({ onnxPath, threads: model.threads, isOptimized: false, spinMicroseconds });
  const rows = createDecoderRows({ session, ...prepared });
  const { capabilities, vocabularySize } = await probeDecoder(rows, prepared, {
    maxRows: model.limits.maxRows,
    vocabularySize: tokenizer.vocabularySize,
  });
  const grammars = createGrammarSource({
    size: vocabularySize,
    bytesOf: tokenizer.bytesOf,
    endTokens: model.endTokens,
    tokenize: tokenizer.tokenize,
  });
  capabilities.report["grammars"] = canPrepare(grammars);
  const bytesPerToken = kvBytesPerToken(prepared.decoder.planes);
  return {
    capabilities,
    vocabularySize,
    kvBytesPerToken: bytesPerToken,
    compile: grammars.compile,
    scheduler: new GenerationScheduler({
      rows,
      capabilities,
      limits: model.limits,
      bytesPerToken,
      bytesOf: tokenizer.bytesOf,
      endTokens: model.endTokens,
    }),
    close: () => session.close(),
  };
}

/** A vocabulary that cannot write plain text serves free answers; grammars are refused one by one, with the reason. */
function canPrepare(grammars: GrammarSource): boolean {
  try {
    grammars.prepare();
    return true;
  } catch {
    return false;
  }
}
