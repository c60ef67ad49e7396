import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import sharp, { type Sharp } from "sharp";

/** What stands on a scan, and in which file it is. */
export interface HandwrittenScan {
  name: string;
  register: string;
  subject: string;
}

interface Truth {
  file: string;
  register_number: string;
  subject_code: string;
}

const fixtureFolder = new URL("../../../models/answer-sheets/fixtures/", import.meta.url);

/** What offices do to a page before it is sent in: other file types, other resolutions, laid in the wrong way round. */
const treatments: readonly { kind: string; apply: (page: Sharp) => Sharp }[] = [
  { kind: "png", apply: (page) => page.grayscale().png() },
  { kind: "tiff", apply: (page) => page.rotate(180).tiff({ compression: "lzw" }) },
  { kind: "webp", apply: (page) => page.rotate(90).webp({ quality: 88 }) },
  { kind: "jpg", apply: (page) => page.jpeg({ quality: 70 }) },
  { kind: "jpeg", apply: (page) => page.rotate(270).jpeg({ quality: 85 }) },
];

/**
 * Writes the committed handwritten sheets of models/answer-sheets into a folder, each as it is and then, until there are
 * `count` files, as other file types and turned.
 */
export async function writeHandwrittenScans(folder: string, count: number): Promise<HandwrittenScan[]> {
  const truths = JSON.parse(await readFile(new URL("truth.json", fixtureFolder), "utf8")) as Truth[];
  const pictures = truths.filter(({ file }) => extname(file) === ".jpg");
  const plan = [
    ...truths.map((truth) => ({ truth, treatment: undefined })),
    ...treatments.flatMap((treatment) => pictures.map((truth) => ({ truth, treatment }))),
  ].slice(0, count);
  await mkdir(folder, { recursive: true });
  return await Promise.all(
    plan.map(async ({ truth, treatment }, index) => {
      const source = new URL(truth.file, fixtureFolder);
      const number = String(index).padStart(2, "0");
      const name = `${number}-${treatment === undefined ? truth.file : truth.file.replace(/jpg$/, treatment.kind)}`;
      if (treatment === undefined) await copyFile(source, join(folder, name));
      else await writeFile(join(folder, name), await treatment.apply(sharp(await readFile(source)).keepMetadata()).toBuffer());
      return { name, register: truth.register_number, subject: truth.subject_code };
    }),
  );
}
