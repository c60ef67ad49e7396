import type { UploadedFile } from "@repo/contracts/uploaded-file";
import sharp from "sharp";
import { encodePng } from "@repo/engine-onnx/vision/encode-png";
import { drawSheet, type SheetText } from "./draw-sheet.ts";

/** A drawn sheet as a PNG file. */
export function toPng(text: SheetText, name = "scan.png"): UploadedFile & { name: string } {
  return { bytes: encodePng(drawSheet(text)), name, type: "image/png" };
}

/** A drawn sheet as a JPEG file. */
export async function toJpeg(text: SheetText, name = "scan.jpg"): Promise<UploadedFile & { name: string }> {
  const { width, height, gray } = drawSheet(text);
  const bytes = await sharp(gray, { raw: { width, height, channels: 1 } })
    .jpeg({ quality: 85 })
    .toBuffer();
  return { bytes: new Uint8Array(bytes), name, type: "image/jpeg" };
}

/** Sheets as the pages of a PDF, each one a JPEG over the whole page, as scanners write them (ISO 32000-1, 7.4.8). */
export async function toPdf(pages: readonly SheetText[], name = "scan.pdf"): Promise<UploadedFile & { name: string }> {
  const jpegs = await Promise.all(pages.map(async (page) => ({ ...(await toJpeg(page)), ...drawSheet({ turned: page.turned ?? 0 }) })));
  const objects: Buffer[] = [];
  const add = (...parts: (string | Uint8Array)[]): number => objects.push(Buffer.concat(parts.map((part) => Buffer.from(part as string))));
  const kids = pages.map((_, index) => `${3 + index * 3} 0 R`);
  add("<< /Type /Catalog /Pages 2 0 R >>");
  add(`<< /Type /Pages /Kids [${kids.join(" ")}] /Count ${pages.length} >>`);
  for (const [index, { bytes, width, height }] of jpegs.entries()) {
    const [w, h] = [(width * 72) / 175, (height * 72) / 175];
    const own = 3 + index * 3;
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${w} ${h}] /Contents ${own + 1} 0 R /Resources << /XObject << /I ${own + 2} 0 R >> >> >>`,
    );
    const content = `q ${w} 0 0 ${h} 0 0 cm /I Do Q`;
    add(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
    const head = `<< /Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode /Length ${bytes.length} >>`;
    add(`${head}\nstream\n`, bytes, "\nendstream");
  }
  const parts: Buffer[] = [Buffer.from("%PDF-1.4\n")];
  const offsets: number[] = [];
  let length = (parts[0] as Buffer).length;
  for (const [index, body] of objects.entries()) {
    const whole = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), body, Buffer.from("\nendobj\n")]);
    offsets.push(length);
    length += whole.length;
    parts.push(whole);
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const end = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`;
  return { bytes: new Uint8Array(Buffer.concat([...parts, Buffer.from(end)])), name, type: "application/pdf" };
}
