import { boundName } from "./activation-ranges.ts";
import type { OnnxModelBuilder } from "./onnx-model.ts";

/** Adds outputs with the smallest and largest value of every channel of `value` [tokens, batch, channels]. */
export function emitTaps(builder: OnnxModelBuilder, value: string, tap: string, channels: number): void {
  const reductions = { minimum: "ReduceMin", maximum: "ReduceMax" } as const;
  for (const bound of ["minimum", "maximum"] as const) {
    const name = builder.node(reductions[bound], [value, builder.integers([0, 1])], {
      attributes: { keepdims: 0 },
      outputs: [boundName(tap, bound)],
    });
    builder.output(name, "float32", [channels]);
  }
}
