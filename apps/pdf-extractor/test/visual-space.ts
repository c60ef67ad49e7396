import { CodedError } from "@repo/contracts/coded-error";
import { isUploadedFile, type UploadedFile } from "@repo/contracts/uploaded-file";
import { aspects } from "@repo/contracts/visual-embedding";
import {
  embedAspectsRoute,
  embedImageRoute,
  embedVisualTextRoute,
  toImageInputs,
  toVisualTexts,
  visualInfoRoute,
} from "@repo/contracts/visual-embedding-routes";
import { createServer } from "@repo/server-kit/create-server";
import { listen } from "@repo/server-kit/listen";
import { mountRoute } from "@repo/server-kit/mount-route";
import sharp from "sharp";

const dimensions = 1152;
type Color = readonly [red: number, green: number, blue: number];

/** The words it knows, by what it sees. */
const colors: Readonly<Record<string, Color>> = {
  red: [200, 40, 40],
  green: [50, 140, 60],
  blue: [40, 80, 190],
  brown: [110, 70, 40],
  white: [250, 250, 250],
};

/** A Space that tests can switch off and on again. */
export interface VisualSpace {
  url: string;
  /** Images of every call of `POST /embed/aspects`, in order. */
  batches: number[];
  /** Called before each answer of `POST /embed/aspects`; what it throws is answered. undefined: answers healthily. */
  before(act: ((images: readonly UploadedFile[]) => void | Promise<void>) | undefined): void;
  /** It serves another model from now on. */
  serve(identity: { model?: string; revision?: string }): void;
  close(): Promise<void>;
}

/** Colour around grey, in the first three dimensions, and contrast in the fourth. */
function toVector([red, green, blue]: Color, contrast = 0): number[] {
  const values = [red - 128, green - 128, blue - 128, contrast, 20];
  const length = Math.hypot(...values);
  return Array.from({ length: dimensions }, (_, index) => (values[index] ?? 0) / length);
}

async function look({ bytes }: UploadedFile, index: number): Promise<{ color: Color; contrast: number }> {
  try {
    const { channels } = await sharp(bytes).removeAlpha().toColorspace("srgb").stats();
    const [red, green, blue] = channels.map(({ mean }) => mean);
    const contrast = channels.reduce((sum, { stdev }) => sum + stdev, 0) / channels.length;
    return { color: [red ?? 0, green ?? 0, blue ?? 0], contrast };
  } catch (cause) {
    throw new CodedError("invalid_request", "The image is broken.", { cause, details: { index, reason: "broken" } });
  }
}

function toColorLabels(color: Color): { label: string; score: number }[] {
  const distances = Object.entries(colors).map(([label, of]) => ({
    label,
    score: 1 / (1 + Math.hypot(...of.map((value, at) => value - (color[at] ?? 0)))),
  }));
  const sum = distances.reduce((total, { score }) => total + score, 0);
  return distances.map(({ label, score }) => ({ label, score: score / sum })).toSorted((a, b) => b.score - a.score);
}

/** Vectors of aspects: of colour the colour alone, of texture the contrast alone. */
function toResult({ color, contrast }: { color: Color; contrast: number }) {
  const vectors = {
    color: toVector(color),
    texture: toVector([128, 128, 128], contrast),
    material: toVector(color, contrast),
    style: toVector([128, 128, 128], 1),
  };
  const labels = { color: toColorLabels(color), texture: [{ label: contrast > 20 ? "striped" : "plain", score: 1 }] };
  const ofAspects = aspects.map((aspect) => {
    const found = aspect === "color" || aspect === "texture" ? labels[aspect] : [{ label: aspect, score: 1 }];
    return [aspect, { embedding: vectors[aspect], labels: found }] as const;
  });
  return { embedding: toVector(color, contrast), aspects: Object.fromEntries(ofAspects) as never };
}

const toFiles = (body: Record<string, unknown>): UploadedFile[] => toImageInputs(body).filter(isUploadedFile);

/** The colour that a text names; grey for none, whose vector of colour is zeros. */
function readText(text: string): Color | undefined {
  return Object.entries(colors).find(([label]) => text.toLowerCase().includes(label))?.[1];
}

/** Starts a Space of the real contract on the real server, that really looks at colours and contrast, and at nothing else. */
export async function startVisualSpace(port = 0): Promise<VisualSpace> {
  let act: ((images: readonly UploadedFile[]) => void | Promise<void>) | undefined;
  let identity = { model: "test/colours", revision: "1", dimensions };
  const batches: number[] = [];
  const server = createServer({ name: "visual-space", version: "0.0.0", limits: { maxBodyBytes: 64 * 1024 * 1024 } });
  mountRoute(server, embedAspectsRoute, async (body) => {
    const images = toFiles(body);
    if (images.length > 0) batches.push(images.length);
    await act?.(images);
    const texts = body.texts ?? [];
    const ofTexts = texts.map((text) => {
      const color = readText(text);
      const result = toResult({ color: color ?? [128, 128, 128], contrast: 0 });
      const zeros = Array.from({ length: dimensions }, () => 0);
      const nothing = { embedding: zeros, labels: [] };
      return { ...result, aspects: { ...(result.aspects as object), texture: nothing, ...(color ? {} : { color: nothing }) } as never };
    });
    const looks = await Promise.all(images.map(look));
    return { ...identity, aspect_revision: "colours-1", results: images.length > 0 ? looks.map(toResult) : ofTexts };
  });
  mountRoute(server, embedImageRoute, async (body) => {
    const looks = await Promise.all(toFiles(body).map(look));
    return { ...identity, embeddings: looks.map(({ color, contrast }) => toVector(color, contrast)), count: looks.length };
  });
  mountRoute(server, embedVisualTextRoute, (body) => {
    const texts = toVisualTexts(body);
    return { ...identity, embeddings: texts.map((text) => toVector(readText(text) ?? [128, 128, 128])), count: texts.length };
  });
  mountRoute(server, visualInfoRoute, () => ({
    ...identity,
    image_size: 64,
    max_tokens: 64,
    logit_scale: 100,
    logit_bias: -10,
    precision: "fp32",
    aspect_revision: "colours-1",
    aspect_labels: { color: Object.keys(colors), texture: ["plain", "striped"], material: ["material"], style: ["style"] },
    max_images_per_request: 32,
    remote_images: false,
  }));
  const listener = await listen(server, { port, hostname: "127.0.0.1" });
  return {
    url: listener.url,
    batches,
    before: (next) => {
      act = next;
    },
    serve: (change) => {
      identity = { ...identity, ...change };
    },
    close: async () => await listener.close({ force: true }),
  };
}
