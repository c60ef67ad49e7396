/** The engine of llm-generate in a process of its own, past HTTP: it is sent tasks and answers with times. */
import { createTextGenerator } from "@repo/engine-onnx/language-model/create-text-generator";
import { answerTasks } from "./answer-tasks.ts";

await answerTasks(async ({ folder, precision, threads }) => {
  const onnxFile = `onnx/${{ fp32: "model", int8: "model_int8", q4: "model_q4" }[precision]}.onnx`;
  // What was read is not kept: a prompt that is asked again would take no time.
  const generator = await createTextGenerator({ directory: folder, onnxFile, threads, isReusing: false });
  return async ({ prompt, newTokens, grammar }, onToken) => {
    const request = { input: { prompt: prompt.text }, sampling: { maxNewTokens: newTokens, temperature: 0 }, ...(grammar && { grammar }) };
    for await (const event of generator.stream(request)) if (event.type === "token") onToken();
  };
});
