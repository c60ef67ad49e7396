import type { CtcReading } from "@repo/engine-onnx/vision/ctc-beam";
import { toCtcFrames, type CtcFrames } from "@repo/engine-onnx/vision/ctc-frames";
import { type CtcViews, voteBeam } from "@repo/engine-onnx/vision/ctc-vote";
import { varyCrop } from "@repo/engine-onnx/vision/vary-crop";
import { isPatternPrefix, matchesPattern, type FieldPattern } from "@repo/contracts/field-pattern";
import type { TensorData } from "@repo/engine-onnx/worker-protocol";
import type { Crop } from "./crop-regions.ts";
import type { Reader } from "./load-models.ts";
import { cropViews, sureEnough } from "./model.ts";
import type { WorkContext } from "./work-context.ts";

/** What a crop may say. */
export interface CropReading {
  crop: Crop;
  /** One look when that was sure, else several. */
  views: CtcViews;
  alphabet: string;
  /** Without any rule, best first; never empty, though its text may be. */
  free: CtcReading[];
  /** Of the form the field must have, best first; may be empty. */
  formed: CtcReading[];
}

/** What is known of a field's form; see FieldRules. */
export interface FieldForms {
  pattern: FieldPattern;
  usual?: FieldPattern | undefined;
}

const freeReadings = 4;
const formedReadings = 4;

/**
 * Reads crops of one field: freely, and once more along the field's form, so that a letter that looks like a digit is a
 * digit where only digits may stand (O and 0, I and 1, S and 5). A crop that is not read surely at first sight is looked at
 * in a few more ways, which vote.
 */
export async function readText(
  reader: Reader,
  crops: readonly Crop[],
  { pattern, usual }: FieldForms,
  context: WorkContext,
): Promise<CropReading[]> {
  const forms = (usual === undefined ? [pattern] : [usual, pattern]).map((form) => ({ form, allows: rememberPrefixes(form) }));
  const glances = await recognise(
    reader,
    crops.map(({ pixels }) => pixels),
    context,
  );
  const first = crops.map((crop, index) => toReading(reader, crop, [glances[index] as CtcFrames], forms));
  const unsure = first.filter(({ free, formed }) => Math.exp((formed[0] ?? free[0])?.logLikelihood ?? 0) < sureEnough);
  if (unsure.length === 0) return first;
  const looks = unsure.flatMap(({ crop }) => cropViews.map((view) => varyCrop(crop.pixels, reader.width, view)));
  const more = await recognise(reader, looks, context);
  return first.map((reading) => {
    const place = unsure.indexOf(reading);
    if (place === -1) return reading;
    const own = more.slice(place * cropViews.length, (place + 1) * cropViews.length);
    return toReading(reader, reading.crop, [...reading.views, ...own], forms);
  });
}

/** What the reader sees in each picture. */
async function recognise(reader: Reader, pictures: readonly Float32Array[], context: WorkContext): Promise<CtcFrames[]> {
  if (pictures.length === 0) return [];
  const { engine, input, output, width, height, alphabet, facts } = reader;
  const data = new Float32Array(pictures.length * width * height);
  for (const [index, pixels] of pictures.entries()) data.set(pixels, index * width * height);
  const { outputs } = await engine.run({ [input]: { type: "float32", data, dims: [pictures.length, 1, height, width] } }, context);
  return toCtcFrames(outputs[output] as TensorData, {
    batch: pictures.length,
    classes: alphabet.length + 1,
    temperature: facts.temperature,
  });
}

interface SearchedForm {
  form: FieldPattern;
  allows: (prefix: string) => boolean;
}

function toReading({ alphabet }: Reader, crop: Crop, views: CtcViews, forms: readonly SearchedForm[]): CropReading {
  const free = voteBeam(views, alphabet, { count: freeReadings });
  const formed = forms.flatMap(({ form, allows }) => {
    const isOfForm = (text: string): boolean => matchesPattern(form, text);
    // A best reading of the right form is the best of that form: no second search is needed.
    if (free[0] !== undefined && isOfForm(free[0].text)) return free.filter(({ text }) => isOfForm(text));
    return voteBeam(views, alphabet, { count: formedReadings, width: 24, allows, accepts: isOfForm });
  });
  const unique = formed.filter(({ text }, index) => formed.findIndex((other) => other.text === text) === index);
  return { crop, views, alphabet, free, formed: unique.toSorted((a, b) => b.logLikelihood - a.logLikelihood) };
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
