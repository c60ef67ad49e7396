import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import sharp, { type Sharp } from "sharp";

/** What stands on a scan, and in which file it is; empty where a sheet has no such field. */
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

/** The committed sheets, drawn by models/answer-sheets/training/make_sheets.py: fifty, all different. */
const folders = ["fixtures/", "fixtures/class/"].map((path) => new URL(`../../../models/answer-sheets/${path}`, import.meta.url));

/** What offices do to a page before it is sent in: other file types, laid in the wrong way round. */
const treatments: readonly ({ kind: string; apply: (page: Sharp) => Sharp } | undefined)[] = [
  undefined,
  { kind: "png", apply: (page) => page.grayscale().png() },
  undefined,
  { kind: "tiff", apply: (page) => page.rotate(180).tiff({ compression: "lzw" }) },
  { kind: "webp", apply: (page) => page.rotate(90).webp({ quality: 88 }) },
];

/** Writes the committed handwritten sheets into a folder, many as other file types or turned. */
export async function writeHandwrittenScans(target: string): Promise<HandwrittenScan[]> {
  await mkdir(target, { recursive: true });
  const truths = await Promise.all(
    folders.map(async (folder) => {
      const listed = JSON.parse(await readFile(new URL("truth.json", folder), "utf8")) as Truth[];
      return listed.map((truth) => ({ ...truth, source: new URL(truth.file, folder) }));
    }),
  );
  return await Promise.all(
    truths.flat().map(async ({ file, source, register_number: register, subject_code: subject }, index) => {
      const treatment = extname(file) === ".jpg" ? treatments[index % treatments.length] : undefined;
      const name = treatment === undefined ? file : file.replace(/jpg$/, treatment.kind);
      if (treatment === undefined) await copyFile(source, join(target, name));
      else await writeFile(join(target, name), await treatment.apply(sharp(await readFile(source)).keepMetadata()).toBuffer());
      return { name, register, subject };
    }),
  );
}
