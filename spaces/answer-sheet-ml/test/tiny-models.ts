import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OnnxModelBuilder } from "@repo/engine-onnx/graph/onnx-model";
import { fileNames } from "../src/model.ts";
import { bandCount, bandsOf, characters } from "./glyphs.ts";
import { fieldBoxes, headerHeight, pageHeight, pageWidth } from "./draw-sheet.ts";

/** ours: grey input, orientation, rows first. original: YOLOv8 on 640 x 640 colours and CRNNs with time first. */
export type ModelStyle = "ours" | "original";

/** Writes a folder of models that really look at their input, a few kilobytes each; they read test/draw-sheet.ts. */
export async function writeTinyModels(style: ModelStyle = "ours", facts?: unknown): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "tiny-sheets-"));
  await writeFile(join(directory, fileNames.detector), buildDetector(style));
  await writeFile(join(directory, fileNames.register_number), buildReader(style, { width: 256, alphabet: characters.slice(0, 10) }));
  await writeFile(
    join(directory, fileNames.subject_code),
    buildReader(style, { width: style === "ours" ? 192 : 128, alphabet: characters }),
  );
  if (facts !== undefined) await writeFile(join(directory, fileNames.facts), JSON.stringify(facts));
  return directory;
}

/** Knows where the fields stand, and sees whether anything is written there and where the page's dark header is. */
function buildDetector(style: ModelStyle): Uint8Array {
  const size = style === "ours" ? { width: 768, height: 1024 } : { width: 640, height: 640 };
  const builder = new OnnxModelBuilder();
  const channels = style === "ours" ? 1 : 3;
  const image = builder.input(style === "ours" ? "image" : "images", "float32", [1, channels, size.height, size.width]);
  const one = builder.float("one", 1);
  const gain = builder.float("gain", 6);
  const most = builder.float("most", 0.95);
  const half = builder.float("half", 0.5);
  /** Darkness of a rectangle, a scalar: 0 paper, 1 black. */
  const darkness = (left: number, top: number, right: number, bottom: number): string => {
    const cut = builder.node("Slice", [image, builder.integers([top, left]), builder.integers([bottom, right]), builder.integers([2, 3])]);
    return builder.node("Sub", [one, builder.node("ReduceMean", [cut], { attributes: { keepdims: 0 } })]);
  };
  const scale = Math.min(size.width / pageWidth, size.height / pageHeight);
  const offset = Math.floor((size.width - pageWidth * scale) / 2);
  const boxes = [fieldBoxes.register_number, fieldBoxes.subject_code].map(([x, y, w, h]) => [
    x * scale + offset,
    y * scale,
    w * scale,
    h * scale,
  ]);
  const places = boxes.length;
  const corners = Float32Array.from([0, 1].flatMap((axis) => boxes.map((box) => (box[axis] as number) + (box[axis + 2] as number) / 2)));
  const sizes = Float32Array.from([2, 3].flatMap((axis) => boxes.map((box) => box[axis] as number)));
  const scores = boxes.map(([x = 0, y = 0, w = 0, h = 0]) => {
    const dark = darkness(Math.round(x), Math.round(y), Math.round(x + w), Math.round(y + h));
    // The grey of a letterbox is darker than writing.
    const notGray = builder.node("Mul", [builder.node("Sub", [half, dark]), gain]);
    const score = builder.node("Min", [builder.node("Mul", [dark, gain]), notGray, most]);
    return builder.node("Reshape", [score, builder.integers([1, 1, 1])]);
  });
  const [register = "", subject = ""] = scores;
  const none = builder.constant("none", "float32", [1, 1, 1], Float32Array.of(0));
  const registerRow = builder.node("Concat", [register, none], { attributes: { axis: 2 } });
  const subjectRow = builder.node("Concat", [none, subject], { attributes: { axis: 2 } });
  const name = style === "ours" ? "regions" : "output0";
  builder.node(
    "Concat",
    [
      builder.constant("corners", "float32", [1, 2, places], corners),
      builder.constant("sizes", "float32", [1, 2, places], sizes),
      registerRow,
      subjectRow,
    ],
    { attributes: { axis: 1 }, outputs: [name] },
  );
  builder.output(name, "float32", [1, 6, places]);
  if (style === "ours") addOrientation(builder, { darkness, ...size });
  return builder.toBytes().model;
}

function addOrientation(
  builder: OnnxModelBuilder,
  {
    darkness,
    width,
    height,
  }: { darkness: (left: number, top: number, right: number, bottom: number) => string; width: number; height: number },
): void {
  const thickness = Math.round(headerHeight * (width / pageWidth) * 0.7);
  const middle = [Math.round(height * 0.35), Math.round(height * 0.65)] as const;
  // The edge where the header is, in the order of the turns that bring it up: 0, 90, 180 and 270 degrees clockwise.
  const edges = [
    darkness(0, 0, width, thickness),
    darkness(0, middle[0], thickness, middle[1]),
    darkness(0, height - thickness, width, height),
    darkness(width - thickness, middle[0], width, middle[1]),
  ].map((edge) => builder.node("Reshape", [edge, builder.integers([1, 1])]));
  const all = builder.node("Mul", [builder.node("Concat", edges, { attributes: { axis: 1 } }), builder.float("sharpness", 20)]);
  builder.node("Softmax", [all], { attributes: { axis: 1 }, outputs: ["orientation"] });
  builder.output("orientation", "float32", [1, 4]);
}

/** Compares every column with the characters' bars, and takes the mean of four columns as one step. */
function buildReader(style: ModelStyle, { width, alphabet }: { width: number; alphabet: string }): Uint8Array {
  const height = 32;
  const classes = alphabet.length + 1;
  const stride = style === "ours" ? 4 : width / (width === 256 ? 64 : 32);
  const builder = new OnnxModelBuilder();
  const image = builder.input("image", "float32", ["batch", 1, height, width]);
  const half = builder.float("half", 0.5);
  const dark = builder.node("Mul", [builder.node("Sub", [builder.float("one", 1), image]), half]);
  const rows = builder.node("Squeeze", [dark, builder.integers([1])]);
  const columns = builder.node("Transpose", [rows], { attributes: { perm: [0, 2, 1] } });
  const weights = new Float32Array(height * classes);
  for (let row = 0; row < height; row += 1) {
    const band = Math.floor((row * bandCount) / height);
    const share = 400 / (height / bandCount);
    for (let label = 0; label < classes; label += 1) {
      const isOwn = label > 0 && bandsOf(alphabet.charAt(label - 1)).includes(band);
      weights[row * classes + label] = isOwn ? share : -share;
    }
  }
  const compared = builder.node("MatMul", [columns, builder.constant("weights", "float32", [height, classes], weights)]);
  const turned = builder.node("Transpose", [compared], { attributes: { perm: [0, 2, 1] } });
  const pooled = builder.node("AveragePool", [turned], { attributes: { kernel_shape: [stride], strides: [stride] } });
  const isRowsFirst = style === "ours";
  const steps = builder.node("Transpose", [pooled], { attributes: { perm: isRowsFirst ? [0, 2, 1] : [2, 0, 1] } });
  const bias = new Float32Array(classes);
  bias[0] = 30;
  builder.node("Add", [steps, builder.constant("bias", "float32", [classes], bias)], { outputs: ["logits"] });
  builder.output("logits", "float32", isRowsFirst ? ["batch", width / stride, classes] : [width / stride, "batch", classes]);
  return builder.toBytes().model;
}
