import { deflateSync } from "node:zlib";

/** An object of a PDF as it stands in the file: its dictionary's entries, and a stream. */
export interface PdfObject {
  dictionary: string;
  stream?: Uint8Array;
}

/** A page of {@link makePdf}. */
export interface PdfPageSource {
  /** Operators of the content stream. */
  content: string;
  /** Images by the name the content paints them by. */
  images?: Readonly<Record<string, PdfObject | number>>;
  /** Points; default 200 x 100. */
  mediaBox?: string;
  /** More of the page's dictionary. */
  more?: string;
  /** More of the page's /Resources. */
  resources?: string;
}

/** Options of {@link makePdf}. */
export interface MakePdfOptions {
  /** Further objects by number, 100 to 999. */
  objects?: Readonly<Record<number, PdfObject | string>>;
  /** More of the trailer's dictionary. */
  trailer?: string;
  /** More of the catalogue's dictionary. */
  catalog?: string;
}

/** An image of 8-bit RGB unless `more` says otherwise, deflated. */
export function flateImage(
  pixels: Uint8Array,
  width: number,
  height: number,
  more = "/ColorSpace /DeviceRGB /BitsPerComponent 8",
): PdfObject {
  return image({ width, height, filter: "/FlateDecode", more }, deflateSync(pixels));
}

/** An image XObject. */
export function image(
  { width, height, filter, more }: { width: number; height: number; filter: string; more: string },
  stream: Uint8Array,
): PdfObject {
  return { dictionary: `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /Filter ${filter} ${more}`, stream };
}

/** A PDF of these pages, Helvetica as /F. */
export function makePdf(pages: readonly PdfPageSource[], options: MakePdfOptions = {}): Uint8Array<ArrayBuffer> {
  const objects = new Map<number, PdfObject | string>();
  const kids: string[] = [];
  let next = 1000;
  const add = (object: PdfObject | string) => {
    objects.set(next, object);
    next += 1;
    return next - 1;
  };
  for (const { content, images = {}, mediaBox = "0 0 200 100", more = "", resources = "" } of pages) {
    const names = Object.entries(images).map(([name, of]) => `/${name} ${typeof of === "number" ? of : add(of)} 0 R`);
    const contentId = add({ dictionary: "", stream: Buffer.from(content) });
    const own = `<< /Font << /F 3 0 R >> /XObject << ${names.join(" ")} >> ${resources} >>`;
    const pageId = add({
      dictionary: `/Type /Page /Parent 2 0 R /MediaBox [${mediaBox}] /Contents ${contentId} 0 R /Resources ${own} ${more}`,
    });
    kids.push(`${pageId} 0 R`);
  }
  objects.set(1, { dictionary: `/Type /Catalog /Pages 2 0 R ${options.catalog ?? ""}` });
  objects.set(2, { dictionary: `/Type /Pages /Count ${pages.length} /Kids [${kids.join(" ")}]` });
  objects.set(3, { dictionary: "/Type /Font /Subtype /Type1 /BaseFont /Helvetica" });
  for (const [id, object] of Object.entries(options.objects ?? {})) objects.set(Number(id), object);
  return write(objects, options.trailer ?? "");
}

function write(objects: ReadonlyMap<number, PdfObject | string>, trailer: string): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const add = (bytes: Uint8Array) => {
    parts.push(bytes);
    size += bytes.length;
  };
  add(Buffer.from("%PDF-1.7\n"));
  const offsets: string[] = [];
  for (const [id, object] of [...objects].toSorted(([one], [other]) => one - other)) {
    offsets.push(`${id} 1\n${String(size).padStart(10, "0")} 00000 n \n`);
    if (typeof object === "string") {
      add(Buffer.from(`${id} 0 obj\n${object}\nendobj\n`));
      continue;
    }
    const { dictionary, stream } = object;
    add(Buffer.from(`${id} 0 obj\n<< ${dictionary} ${stream === undefined ? "" : `/Length ${stream.length}`} >>\n`));
    if (stream !== undefined) for (const piece of [Buffer.from("stream\n"), stream, Buffer.from("\nendstream\n")]) add(piece);
    add(Buffer.from("endobj\n"));
  }
  const table = `xref\n0 1\n0000000000 65535 f \n${offsets.join("")}`;
  add(Buffer.from(`${table}trailer\n<< /Size 100000 /Root 1 0 R ${trailer} >>\nstartxref\n${size}\n%%EOF\n`));
  return new Uint8Array(Buffer.concat(parts));
}
