/** A page of {@link makePdf}. */
export interface PdfPage {
  /** Operators of the content stream. */
  content?: string;
  /** Points; default 144 x 72. */
  mediaBox?: string;
  rotate?: number;
  /** Drawn over the whole page before the content. */
  image?: PdfImage;
}

/** An image as it lies in a PDF. */
export interface PdfImage {
  width: number;
  height: number;
  /** Default 8. */
  bits?: number;
  /** As of /Filter, with parameters: "/DCTDecode". */
  filter: string;
  bytes: Uint8Array;
}

/** Options of {@link makePdf}. */
export interface MakePdfOptions {
  /** Further objects by number, 100 and up, "<< ... >>" or with a stream. */
  objects?: Readonly<Record<number, PdfObject>>;
  /** More of the trailer's dictionary. */
  trailer?: string;
  /** More of every page's /Resources. */
  resources?: string;
}

interface PdfObject {
  dictionary: string;
  stream?: Uint8Array;
}

/** A PDF of these pages, Helvetica as /F. */
export function makePdf(pages: readonly PdfPage[], options: MakePdfOptions = {}): Uint8Array<ArrayBuffer> {
  const objects: Record<number, PdfObject> = { ...options.objects };
  const kids: string[] = [];
  for (const [index, page] of pages.entries()) {
    const [pageId, contentId, imageId] = [1000 + 3 * index, 1001 + 3 * index, 1002 + 3 * index];
    const mediaBox = page.mediaBox ?? "0 0 144 72";
    const [, , width, height] = mediaBox.split(" ");
    const paintImage = page.image === undefined ? "" : `q ${width} 0 0 ${height} 0 0 cm /I Do Q `;
    const rotate = page.rotate === undefined ? "" : `/Rotate ${page.rotate}`;
    const xObjects = page.image === undefined ? "" : `/XObject << /I ${imageId} 0 R >>`;
    kids.push(`${pageId} 0 R`);
    objects[pageId] = {
      dictionary: `/Type /Page /Parent 2 0 R /MediaBox [${mediaBox}] ${rotate} /Contents ${contentId} 0 R /Resources << /Font << /F 3 0 R >> ${xObjects} ${options.resources ?? ""} >>`,
    };
    objects[contentId] = { dictionary: "", stream: Buffer.from(paintImage + (page.content ?? "")) };
    if (page.image !== undefined) {
      const { width: columns, height: rows, bits = 8, filter, bytes } = page.image;
      objects[imageId] = {
        dictionary: `/Type /XObject /Subtype /Image /Width ${columns} /Height ${rows} /ColorSpace /DeviceGray /BitsPerComponent ${bits} /Filter ${filter}`,
        stream: bytes,
      };
    }
  }
  objects[1] = { dictionary: "/Type /Catalog /Pages 2 0 R" };
  objects[2] ??= { dictionary: `/Type /Pages /Count ${pages.length} /Kids [${kids.join(" ")}]` };
  objects[3] = { dictionary: "/Type /Font /Subtype /Type1 /BaseFont /Helvetica" };
  return write(objects, options.trailer ?? "");
}

function write(objects: Readonly<Record<number, PdfObject>>, trailer: string): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [Buffer.from("%PDF-1.7\n")];
  let size = parts[0]?.length ?? 0;
  const add = (bytes: Uint8Array) => {
    parts.push(bytes);
    size += bytes.length;
  };
  const offsets: [id: number, offset: number][] = [];
  for (const [id, { dictionary, stream }] of Object.entries(objects)) {
    offsets.push([Number(id), size]);
    const length = stream === undefined ? "" : `/Length ${stream.length}`;
    add(Buffer.from(`${id} 0 obj\n<< ${dictionary} ${length} >>\n`));
    if (stream !== undefined) {
      add(Buffer.from("stream\n"));
      add(stream);
      add(Buffer.from("\nendstream\n"));
    }
    add(Buffer.from("endobj\n"));
  }
  const table = offsets.map(([id, offset]) => `${id} 1\n${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const end = `xref\n0 1\n0000000000 65535 f \n${table}trailer\n<< /Size 100000 /Root 1 0 R ${trailer} >>\nstartxref\n${size}\n%%EOF\n`;
  add(Buffer.from(end));
  return new Uint8Array(Buffer.concat(parts));
}
