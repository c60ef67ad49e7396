/** `node sample/make-catalogue.ts [FILE]` draws the sample catalogue anew. */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import PdfKit from "pdfkit";
import { type Item, type PictureFormat, type Section, sections } from "./catalogue.ts";
import { paint, paintCut, type Shader } from "./shader.ts";

type Document = PDFKit.PDFDocument;

/** A material with its picture as a data URL: pdfkit knows those again, and holds each once however often it is shown. */
interface DrawnItem extends Item {
  picture: string;
}

const size = { width: 480, height: 360 };
const [margin, pageWidth, pageHeight] = [48, 595.28, 841.89];
const column = { width: 236, gap: 27 };
const picture = { width: column.width, height: (column.width * 3) / 4 };
/** The file must not change with the day it is made. */
const made = new Date("2026-01-15T09:00:00Z");

/** A sample with rounded corners, and one that is round. */
const cuts = [
  (x: number, y: number) => Math.hypot(Math.max(0, Math.abs(x) - 0.8) / 0.2, Math.max(0, Math.abs(y) - 0.74) / 0.26) < 1,
  (x: number, y: number) => Math.hypot(x * (4 / 3), y) < 1,
];

async function draw(shader: Shader, format: PictureFormat, index: number): Promise<string> {
  if (format === "cut")
    return toUrl(
      await paintCut(shader, size, cuts[index % cuts.length] ?? (() => true))
        .png()
        .toBuffer(),
      "png",
    );
  const image = paint(shader, format === "png" ? { width: 320, height: 240 } : size);
  if (format === "png") return toUrl(await image.png({ compressionLevel: 9 }).toBuffer(), "png");
  const colors = format === "cmyk" ? image.toColourspace("cmyk") : image;
  return toUrl(await colors.jpeg({ quality: 76 }).toBuffer(), "jpeg");
}

function toUrl(bytes: Buffer, type: string): string {
  return `data:image/${type};base64,${bytes.toString("base64")}`;
}

function euro(price: number): string {
  return `€ ${price.toFixed(2)} / m²`;
}

function drawHeader(document: Document, title: string, page: number): void {
  document.rect(0, 0, pageWidth, 8).fill("#3a3f45");
  document.font("Helvetica-Bold").fontSize(20).fillColor("#22262a").text(title, margin, 40, { lineBreak: false });
  document.font("Helvetica").fontSize(8).fillColor("#6b7075");
  document.text("Outpost Materials · sample catalogue", margin, pageHeight - 36, { lineBreak: false });
  document.text(`Page ${page}`, pageWidth - margin - 40, pageHeight - 36, { lineBreak: false });
}

function drawCover(document: Document, { picture: hero }: DrawnItem): void {
  document.image(hero, 0, 150, { width: pageWidth });
  document.font("Helvetica-Bold").fontSize(38).fillColor("#22262a").text("Materials", margin, 60, { lineBreak: false });
  document.font("Helvetica").fontSize(13).fillColor("#44494e");
  document.text("Surfaces for floors, walls and furniture", margin, 108, { lineBreak: false });
  document.fontSize(10).text("A sample catalogue: all products, prices and pictures are made up.", margin, 700, { lineBreak: false });
}

function drawSection(document: Document, { title, text }: Section, items: readonly DrawnItem[], page: number): void {
  drawHeader(document, title, page);
  document
    .font("Helvetica")
    .fontSize(10)
    .fillColor("#44494e")
    .text(text, margin, 70, { width: pageWidth - 2 * margin });
  for (const [index, item] of items.entries()) {
    const left = margin + (index % 2) * (column.width + column.gap);
    const top = 118 + Math.floor(index / 2) * 300;
    document.image(item.picture, left, top, picture);
    document
      .font("Helvetica-Bold")
      .fontSize(12)
      .fillColor("#22262a")
      .text(item.name, left, top + picture.height + 8, { lineBreak: false });
    document.font("Helvetica").fontSize(9).fillColor("#44494e");
    document.text(`${item.code} · ${item.note}`, left, top + picture.height + 24, { lineBreak: false });
    document.text(euro(item.price), left, top + picture.height + 37, { lineBreak: false });
  }
}

function drawOverview(document: Document, items: readonly DrawnItem[], page: number): void {
  drawHeader(document, "All materials at a glance", page);
  const [width, height] = [90, 67.5];
  for (const [index, { picture: small, code }] of items.entries()) {
    const left = margin + (index % 5) * (width + 12);
    const top = 84 + Math.floor(index / 5) * (height + 18);
    document.image(small, left, top, { width, height });
    document
      .font("Helvetica")
      .fontSize(7)
      .fillColor("#44494e")
      .text(code, left, top + height + 2, { lineBreak: false });
  }
}

function drawPrices(document: Document, items: readonly DrawnItem[], page: number): void {
  drawHeader(document, "Price list", page);
  for (const [index, { code, name, note, price }] of items.entries()) {
    const top = 84 + index * 17;
    if (index % 2 === 0) document.rect(margin - 6, top - 4, pageWidth - 2 * margin + 12, 17).fill("#f2f1ee");
    document.font("Helvetica").fontSize(9).fillColor("#22262a").text(code, margin, top, { lineBreak: false });
    document.text(name, margin + 70, top, { lineBreak: false });
    document.text(note, margin + 230, top, { lineBreak: false });
    document.text(euro(price), pageWidth - margin - 80, top, { lineBreak: false });
  }
}

/** The sample catalogue as a PDF. */
export async function makeCatalogue(): Promise<Buffer> {
  const info = { Title: "Materials: a sample catalogue", Author: "Outpost", CreationDate: made, ModDate: made };
  const document = new PdfKit({ size: "A4", margin: 0, info, autoFirstPage: false });
  const chunks: Buffer[] = [];
  document.on("data", (chunk: Buffer) => chunks.push(chunk));
  const drawn: DrawnItem[][] = [];
  for (const { items, format } of sections) {
    drawn.push(await Promise.all(items.map(async (item, index) => ({ ...item, picture: await draw(item.shader, format, index) }))));
  }
  const all = drawn.flat();
  document.addPage();
  drawCover(document, all[0] as DrawnItem);
  for (const [index, section] of sections.entries()) {
    document.addPage();
    drawSection(document, section, drawn[index] ?? [], index + 2);
  }
  document.addPage();
  drawOverview(document, all, sections.length + 2);
  document.addPage();
  drawPrices(document, all, sections.length + 3);
  const ended = new Promise((resolve) => document.once("end", resolve));
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

if (import.meta.main) {
  const path = process.argv[2] ?? fileURLToPath(new URL("material-catalogue.pdf", import.meta.url));
  await writeFile(path, await makeCatalogue());
}
