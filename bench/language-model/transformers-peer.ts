/** @huggingface/transformers on the same ONNX file, in a process of its own: it is sent tasks and answers with times. */
import { AutoModelForCausalLM, BaseStreamer, env, Tensor } from "@huggingface/transformers";
import { basename, dirname } from "node:path";
import { answerTasks } from "./answer-tasks.ts";

class TokenCounter extends BaseStreamer {
  readonly #onToken: () => void;
  #isPrompt = true;

  constructor(onToken: () => void) {
    super();
    this.#onToken = onToken;
  }

  override put(): void {
    // The prompt comes first.
    if (!this.#isPrompt) this.#onToken();
    this.#isPrompt = false;
  }

  override end(): void {}
}

await answerTasks(async ({ folder, precision, threads }) => {
  env.allowRemoteModels = false;
  env.localModelPath = dirname(folder);
  const model = await AutoModelForCausalLM.from_pretrained(basename(folder), {
    dtype: precision,
    device: "cpu",
    session_options: { intraOpNumThreads: threads },
  });
  return async ({ prompt, newTokens }, onToken) => {
    const inputs = new Tensor("int64", BigInt64Array.from(prompt.ids, BigInt), [1, prompt.ids.length]);
    const attention_mask = new Tensor("int64", new BigInt64Array(prompt.ids.length).fill(1n), [1, prompt.ids.length]);
    await model.generate({
      inputs,
      attention_mask,
      max_new_tokens: newTokens,
      min_new_tokens: newTokens,
      do_sample: false,
      streamer: new TokenCounter(onToken),
    });
  };
});
