import { ctcBeam, type CtcReading } from "@repo/engine-onnx/vision/ctc-beam";
import { toCtcFrames, type CtcFrames } from "@repo/engine-onnx/vision/ctc-frames";
import { isPatternPrefix, matchesPattern, type FieldPattern } from "@repo/contracts/field-pattern";
import type { TensorData } from "@repo/engine-onnx/worker-protocol";
import type { Crop } from "./crop-regions.ts";
import type { Reader } from "./load-models.ts";
import type { WorkContext } from "./work-context.ts";

/** What a crop may say. */
export interface CropReading {
  crop: Crop;
  frames: CtcFrames;
  alphabet: string;
  /** Without any rule, best first; never empty, though its text may be. */
  free: CtcReading[];
  /** Of the form the field must have, best first; may be empty. */
  formed: CtcReading[];
}

const freeReadings = 4;
const formedReadings = 4;

/**
 * Reads crops of one field: freely, and once more along the field's form, so that a letter that looks like a digit is a
 * digit where only digits may stand (O and 0, I and 1, S and 5).
 */
export async function readText(
  reader: Reader,
  crops: readonly Crop[],
  pattern: FieldPattern,
  context: WorkContext,
): Promise<CropReading[]> {
  if (crops.length === 0) return [];
  const { engine, input, output, width, height, alphabet, facts } = reader;
  const data = new Float32Array(crops.length * width * height);
  for (const [index, { pixels }] of crops.entries()) data.set(pixels, index * width * height);
  const { outputs } = await engine.run({ [input]: { type: "float32", data, dims: [crops.length, 1, height, width] } }, context);
  const frames = toCtcFrames(outputs[output] as TensorData, {
    batch: crops.length,
    classes: alphabet.length + 1,
    temperature: facts.temperature,
  });
  const allows = rememberPrefixes(pattern);
  return crops.map((crop, index) => {
    const own = frames[index] as CtcFrames;
    const free = ctcBeam(own, alphabet, { count: freeReadings });
    const isFormed = free[0] !== undefined && matchesPattern(pattern, free[0].text);
    // A best reading of the right form is the best of that form: no second search is needed.
    const formed = isFormed
      ? free.filter(({ text }) => matchesPattern(pattern, text))
      : ctcBeam(own, alphabet, {
          count: formedReadings,
          width: 24,
          allows,
          accepts: (text) => matchesPattern(pattern, text),
        });
    return { crop, frames: own, alphabet, free, formed };
  });
}

/** The search asks about the same prefixes at every step. */
function rememberPrefixes(pattern: FieldPattern): (prefix: string) => boolean {
  const known = new Map<string, boolean>();
  return (prefix) => {
    let allowed = known.get(prefix);
    if (allowed === undefined) {
      allowed = isPatternPrefix(pattern, prefix);
      known.set(prefix, allowed);
    }
    return allowed;
  };
}
