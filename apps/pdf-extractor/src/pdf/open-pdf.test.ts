import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { CodedError } from "@repo/contracts/coded-error";
import PdfKit from "pdfkit";
import { afterAll, expect, test, vi } from "vitest";
import { halves, rgbJpeg } from "../../test/encode-for-pdf.ts";
import { flateImage, image, makePdf } from "../../test/pdf-file.ts";
import { readHere } from "../../test/read-here.ts";
import { openPdf, type OpenPdfOptions } from "./open-pdf.ts";
import type { PdfFile } from "./pdf-file.ts";
import type { PdfPage } from "./pdf-page.ts";

// Starting a process takes half a second, and ten on a machine that is busy with something else.
vi.setConfig({ testTimeout: 120_000 });

const folder = await mkdtemp(join(tmpdir(), "open-pdf-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const drawing = halves([160, 60, 40], [180, 180, 178]);
const picture = flateImage(drawing.rgb, drawing.width, drawing.height);
const onePage = { content: "q 96 0 0 64 10 20 cm /I Do Q BT /F 8 Tf 10 10 Td (Red brick) Tj ET", images: { I: picture } };
const goodFile = makePdf([onePage]);
const faultyEntry = new URL("../../test/faulty-pdf-worker.ts", import.meta.url);

async function withPdf<Result>(
  file: Uint8Array | string,
  options: OpenPdfOptions,
  use: (pdf: PdfFile) => Promise<Result>,
): Promise<Result> {
  const pdf = await openPdf(file, options);
  try {
    return await use(pdf);
  } finally {
    await pdf.close();
  }
}

async function readAll(file: Uint8Array | string, options: OpenPdfOptions = {}): Promise<PdfPage[]> {
  return withPdf(file, options, async (pdf) => {
    const pages: PdfPage[] = [];
    for await (const page of pdf.pages()) pages.push(page);
    return pages;
  });
}

/** What became of a file: pictures and warnings of all pages, or the error. */
async function toOutcome(reading: Promise<PdfPage[]>): Promise<string> {
  try {
    const pages = await reading;
    const problems = pages.flatMap(({ warnings }) => warnings.map(({ problem }) => problem));
    return [`${pages.flatMap(({ pictures }) => pictures).length} pictures`, ...new Set(problems)].join(", ");
  } catch (error) {
    if (!CodedError.isInstance(error)) throw error;
    return `${error.code}: ${String(error.details?.["reason"])}`;
  }
}

const outcomeOf = (file: Uint8Array | string, options: OpenPdfOptions = {}) => toOutcome(readAll(file, options));
/** Without a process, which takes longer to start than a small file to read: for what neither hangs nor swells. */
const outcomeHere = (file: Uint8Array, limits: OpenPdfOptions["limits"] = {}) => toOutcome(readHere(file, { limits }));

test("a PDF is read from a path as from its bytes", async () => {
  const path = join(folder, "catalogue.pdf");
  await writeFile(path, goodFile);
  const [[fromPath], [fromBytes]] = [await readAll(path), await readAll(goodFile)];
  expect(fromPath?.pictures[0]).toEqual(fromBytes?.pictures[0]);
  expect(fromPath?.pictures[0]?.caption).toBe("Red brick");
});

test("nothing, text, pictures and archives are no PDFs", async () => {
  expect(await outcomeOf(new Uint8Array(0))).toBe("invalid_request: empty");
  for (const content of ["PK\u0003\u0004", "<html>", "\u0089PNG\r\n\u001a\n", "\0".repeat(3000), "pdf"])
    expect(await outcomeOf(Buffer.from(content))).toBe("unsupported_media_type: not_a_pdf");
  expect(await outcomeOf(Buffer.from("%PDF-1.7\nand nothing else"))).toBe("invalid_request: broken");
  expect(await outcomeHere(makePdf([]))).toMatch(/invalid_request: broken|0 pictures/);
});

test("files and documents over the limits are refused", async () => {
  expect(await outcomeOf(goodFile, { limits: { maxFileBytes: 1000 } })).toBe("payload_too_large: too_many_bytes");
  expect(await outcomeHere(makePdf([onePage, onePage, onePage]), { maxPages: 2 })).toBe("payload_too_large: too_many_pages");
});

/** As a producer encrypts: AES with a key of 256 bits. */
async function encrypted(password: { userPassword?: string; ownerPassword: string }): Promise<Uint8Array> {
  const document = new PdfKit({ ...password, pdfVersion: "1.7ext3", info: { Title: "Dark oak" } });
  const chunks: Buffer[] = [];
  document.on("data", (chunk: Buffer) => chunks.push(chunk));
  document.image(Buffer.from((await rgbJpeg(drawing)).stream as Uint8Array), 72, 72, { width: 200 });
  document.end();
  const { promise, resolve } = Promise.withResolvers<void>();
  document.on("end", resolve);
  await promise;
  return Buffer.concat(chunks);
}

test("an encrypted PDF opens with its password; one that only forbids printing opens without", async () => {
  const locked = await encrypted({ userPassword: "sesame", ownerPassword: "owner" });
  expect(await toOutcome(readHere(locked))).toBe("invalid_request: encrypted");
  expect(await toOutcome(readHere(locked, { password: "wrong" }))).toBe("invalid_request: wrong_password");
  const options = { password: "sesame" };
  const { metadata, page } = await withPdf(locked, options, async (pdf) => ({
    metadata: pdf.metadata,
    page: (await pdf.pages().next()).value,
  }));
  expect(metadata).toMatchObject({ title: "Dark oak", isEncrypted: true });
  expect(page?.pictures[0]?.picture).toMatchObject({ kind: "jpeg", colorSpace: "DeviceRGB", width: drawing.width });
  expect(await outcomeHere(await encrypted({ ownerPassword: "owner" }))).toBe("1 pictures");
});

test("a PDF whose table of objects is wrong, or that lacks it, is read all the same", async () => {
  const text = Buffer.from(goodFile).toString("latin1");
  const wrongStart = text.replace(/startxref\n\d+/, "startxref\n7");
  const wrongOffsets = text.replaceAll(/\d{10} 00000 n/g, "0000000017 00000 n");
  const withoutTable = text.slice(0, text.indexOf("\nxref")) + "\ntrailer\n<< /Root 1 0 R /Size 9999 >>\n%%EOF";
  for (const broken of [wrongStart, wrongOffsets, withoutTable])
    expect(await outcomeHere(Buffer.from(broken, "latin1"))).toBe("1 pictures");
});

test("a file that ends early gives what is whole in it, or an error", async () => {
  const pages = Array.from({ length: 6 }, (_, at) => {
    const { rgb, width, height } = halves([at * 40, 0, 0], [0, at * 40, 0]);
    return { ...onePage, images: { I: flateImage(rgb, width, height) } };
  });
  const whole = makePdf(pages);
  for (const share of [0.1, 0.5, 0.9, 0.99]) {
    const outcome = await outcomeHere(whole.subarray(0, Math.floor(whole.length * share)));
    expect(outcome).toMatch(/^(invalid_request: broken|\d pictures)/);
  }
});

test("a damaged image is a warning, the page's other images are read", async () => {
  const size = { width: 96, height: 64 };
  const rgb = "/ColorSpace /DeviceRGB /BitsPerComponent 8";
  const content = "q 50 0 0 50 0 0 cm /A Do Q q 50 0 0 50 60 0 cm /B Do Q q 50 0 0 50 120 0 cm /I Do Q";
  const broken = {
    A: image({ ...size, filter: "/DCTDecode", more: rgb }, Buffer.from("no JPEG at all")),
    B: image({ ...size, filter: "/JPXDecode", more: "" }, Buffer.from("no JPEG 2000 at all")),
  };
  expect(await outcomeHere(makePdf([{ content, images: { ...broken, I: picture } }]))).toBe("1 pictures, picture_broken");
});

test("images with too many pixels, and more of them than are read of a page, are warnings", async () => {
  const huge = image(
    { width: 60_000, height: 60_000, filter: "/FlateDecode", more: "/ColorSpace /DeviceGray /BitsPerComponent 1" },
    deflateSync(Buffer.alloc(9)),
  );
  const content = "q 50 0 0 50 0 0 cm /H Do Q q 50 0 0 50 60 0 cm /I Do Q";
  expect(await outcomeHere(makePdf([{ content, images: { H: huge, I: picture } }]))).toBe("1 pictures, picture_too_large");
  const many = { ...onePage, content: "q 96 0 0 64 10 20 cm /I Do Q ".repeat(20) };
  expect(await outcomeHere(makePdf([many]), { maxPagePictures: 5 })).toBe("5 pictures, too_many_pictures");
});

test("500 pages are read one by one, from wherever the caller wants", async () => {
  const pdf = makePdf(Array.from({ length: 500 }, () => onePage));
  const indices = await withPdf(pdf, {}, async ({ pageCount, pages }) => {
    const read: number[] = [];
    for await (const { index } of pages({ from: 497 })) read.push(index);
    for await (const { index, pictures } of pages()) {
      read.push(index, pictures.length);
      if (index === 2) break;
    }
    return [pageCount, ...read];
  });
  expect(indices).toEqual([500, 497, 498, 499, 500, 1, 1, 2, 1]);
});

test("forms that paint each other without end are a warning, and the next page is read", async () => {
  // Each form paints the next one ten times: 10^12 images.
  const objects = Object.fromEntries(
    Array.from({ length: 12 }, (_, depth) => {
      const dictionary = `/Type /XObject /Subtype /Form /BBox [0 0 200 100] /Resources << /XObject << /N ${101 + depth} 0 R >> >>`;
      return [100 + depth, { dictionary, stream: Buffer.from("/N Do ".repeat(10)) }];
    }),
  );
  const pdf = makePdf([{ content: "/N Do", images: { N: 100 } }, onePage], { objects: { ...objects, 112: picture } });
  const limits = { maxPageMs: 6000, maxMemoryBytes: 700_000_000 };
  expect(await outcomeOf(pdf, { limits })).toMatch(/^1 pictures, page_too_(slow|much_memory)$/);
});

test("a form that paints itself ends", async () => {
  const loop = {
    dictionary: "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /L 100 0 R >> >>",
    stream: Buffer.from("/L Do"),
  };
  expect(await outcomeHere(makePdf([{ content: "/L Do", images: { L: 100 } }, onePage], { objects: { 100: loop } }))).toMatch(
    /^1 pictures/,
  );
});

test.runIf(process.platform === "linux")(
  "what unpacks to more memory than there may be is a warning, and the next page is read",
  async () => {
    const bomb = image(
      { width: 5400, height: 5400, filter: "/FlateDecode", more: "/ColorSpace /DeviceRGB /BitsPerComponent 16" },
      deflateSync(Buffer.alloc(180_000_000), { level: 1 }),
    );
    const pdf = makePdf([{ content: "q 50 0 0 50 0 0 cm /B Do Q", images: { B: bomb } }, onePage]);
    expect(await outcomeOf(pdf, { limits: { maxMemoryBytes: 280_000_000 } })).toBe("1 pictures, page_too_much_memory");
  },
);

test("pages that hang or crash their process are given up, a new process reads the others", async () => {
  const pages = await readAll(goodFile, { workerEntry: faultyEntry, limits: { maxPageMs: 1000 } });
  expect(pages.map(({ index, warnings }) => [index, warnings[0]?.problem])).toEqual([
    [1, undefined],
    [2, "page_too_slow"],
    [3, undefined],
    [4, "page_broken"],
    ...[5, 6, 7, 8, 9].map((index) => [index, undefined]),
  ]);
  // Page 4 was tried by two processes.
  expect(new Set(pages.map(({ width }) => width).filter((width) => width > 0)).size).toBe(3);
});

test("a process that is killed from outside is an error that may be tried again", async () => {
  const killed = withPdf(goodFile, { workerEntry: faultyEntry }, async ({ pages }) => {
    const reading = pages({ from: 5 });
    const { value } = await reading.next();
    process.kill((value as PdfPage).width, "SIGKILL");
    // What was read ahead may still come.
    for await (const { index } of reading) expect(index).toBe(6);
  });
  await expect(killed).rejects.toMatchObject({ code: "internal", retryable: true, details: { reason: "process_lost" } });
});

test("closing and aborting end the process, and what was being read", async () => {
  const controller = new AbortController();
  const aborted = withPdf(goodFile, { workerEntry: faultyEntry, signal: controller.signal }, async ({ pages }) => {
    const reading = pages({ from: 2 });
    const next = reading.next();
    controller.abort();
    await next;
  });
  await expect(aborted).rejects.toMatchObject({ code: "cancelled" });
  await expect(openPdf(goodFile, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
});

test("a process that does not start is an error, not a wait", async () => {
  const workerEntry = new URL("no-such-worker.ts", import.meta.url);
  await expect(openPdf(goodFile, { workerEntry })).rejects.toMatchObject({ code: "internal", retryable: true });
});

/** Park and Miller's generator: the same damage on every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

test("whatever bytes of a PDF are changed, it is read or refused", async () => {
  const random = createRandom(7);
  const whole = makePdf([onePage, onePage], { objects: { 100: picture } });
  for (let round = 0; round < 30; round += 1) {
    const damaged = Uint8Array.from(whole);
    for (let change = 0; change < 40; change += 1) damaged[9 + Math.floor(random() * (damaged.length - 9))] = Math.floor(random() * 256);
    expect(await outcomeHere(damaged)).toMatch(/^(invalid_request: |\d pictures)/);
  }
});
