import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** What stands on a scan of {@link makeScans}. */
export interface Scan {
  /** File name within the folder. */
  name: string;
  register: string;
  subject: string;
}

const spaceFolder = fileURLToPath(new URL("../../../spaces/answer-sheet-ml/", import.meta.url));

/**
 * Draws scans of several kinds (JPEG, PNG, PDF, TIFF), some turned, into a folder, and small models that read
 * exactly such sheets into another: both are the Space's own tools for its tests, run in the Space's folder.
 * @returns what stands on each, and the models' folder
 */
export async function makeScans(folder: string, count: number): Promise<{ scans: Scan[]; models: string }> {
  const script = `
    import { mkdir, writeFile } from "node:fs/promises";
    import { join } from "node:path";
    import sharp from "sharp";
    import { toJpeg, toPdf, toPng } from "./test/sheet-files.ts";
    import { writeTinyModels } from "./test/tiny-models.ts";
    const [folder, count] = [${JSON.stringify(folder)}, ${count}];
    const scans = [];
    await mkdir(join(folder, "batch-2"), { recursive: true });
    for (let index = 0; index < count; index += 1) {
      const text = { register: "2122210" + String(40001 + index * 37).padStart(5, "0"), subject: ["19AI405", "CS8501", "GE8790"][index % 3] };
      const lies = { ...text, turned: [0, 0, 180, 0, 90][index % 5] };
      const kind = ["jpg", "png", "pdf", "tiff"][index % 4];
      const name = (index % 2 === 0 ? "" : "batch-2/") + "scan-" + String(index).padStart(2, "0") + "." + kind;
      const { bytes } = kind === "png" ? toPng(lies) : kind === "pdf" ? await toPdf([lies]) : await toJpeg(lies);
      await writeFile(join(folder, name), kind === "tiff" ? await sharp(bytes).tiff({ compression: "lzw" }).toBuffer() : bytes);
      scans.push({ name, ...text });
    }
    console.log(JSON.stringify({ scans, models: await writeTinyModels() }));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: spaceFolder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`No scans were drawn: exit ${code}.`))));
  await promise;
  return JSON.parse(output) as { scans: Scan[]; models: string };
}

/** A file that begins like a picture and is none. */
export async function writeBrokenScan(path: string): Promise<void> {
  await writeFile(path, Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(200, 7)]));
}
