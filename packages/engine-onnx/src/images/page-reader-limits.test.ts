import { fork } from "node:child_process";
import { once } from "node:events";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { makePdf } from "../../test/make-pdf.ts";
import { makeBmp, makePng, makeTiff } from "../../test/make-pictures.ts";
import { createPageReader, type PageReader, type PageReaderOptions, type ReadPagesOptions } from "./page-reader.ts";

const reader = createPageReader({ maxPageMs: 20_000 });
afterAll(() => reader.close());

const faultyEntry = new URL("../../test/faulty-document-worker.ts", import.meta.url);
const goodFile = makeTiff([new Uint8Array(4).fill(9)], 2, 2);

async function outcomeOf(file: Uint8Array, options?: ReadPagesOptions, target: PageReader = reader): Promise<unknown> {
  try {
    let pages = 0;
    for await (const page of target.read(file, options)) pages += Math.sign(page.width);
    return pages;
  } catch (error) {
    const { code, details } = error as { code?: string; details?: { reason?: string } };
    return code === undefined ? error : `${code}: ${details?.reason}`;
  }
}

/** With limits of its own; whatever the file did, the next one is read. */
async function outcomeWith(limits: PageReaderOptions, file: Uint8Array, options?: ReadPagesOptions): Promise<unknown> {
  const limited = createPageReader(limits);
  const outcome = await outcomeOf(file, options, limited);
  expect(await outcomeOf(goodFile, {}, limited)).toBe(1);
  await limited.close();
  return outcome;
}

test("nothing, text and archives are no files to read", async () => {
  expect(await outcomeOf(new Uint8Array(0))).toBe("invalid_request: empty");
  for (const content of ["PK\u0003\u0004", "<svg/>", "%!PS", "BM but no bitmap, only a text that begins so", "\0".repeat(5000)])
    expect(await outcomeOf(Buffer.from(content), { name: "scan.png" })).toBe("unsupported_media_type: unknown_type");
});

test("a file of each type that ends early says so", async () => {
  const noise = Uint8Array.from({ length: 200 * 200 * 3 }, (_, at) => (at * at * 31) % 251);
  const picture = sharp(noise, { raw: { width: 200, height: 200, channels: 3 } });
  const files = [
    await picture.clone().png().toBuffer(),
    await picture.clone().jpeg().toBuffer(),
    await picture.clone().tiff({ compression: "lzw" }).toBuffer(),
    await picture.clone().webp().toBuffer(),
    await picture.clone().gif().toBuffer(),
    makeBmp({ width: 200, height: 200, bits: 24, pixels: [...noise] }),
    makePdf([{ content: "0 0 9 9 re f" }]),
  ];
  for (const file of files) {
    for (const share of [0.1, 0.6]) {
      const outcome = await outcomeOf(file.subarray(0, Math.max(30, Math.floor(file.length * share))));
      expect(outcome).toMatch(/^invalid_request: (truncated|broken)$/);
    }
  }
});

test("a picture of 60,000 x 60,000 is refused by its header", async () => {
  expect(await outcomeOf(makePng(60_000, 60_000, 1))).toBe("payload_too_large: too_many_pixels");
  const header = makeBmp({ width: 60_000, height: 60_000, bits: 1, palette: [[0], [255]], pixels: [] });
  expect(await outcomeOf(header)).toBe("payload_too_large: too_many_pixels");
  const image = { width: 60_000, height: 60_000, filter: "/FlateDecode", bytes: deflateSync(Buffer.alloc(1000)) };
  expect(await outcomeOf(makePdf([{ image }]))).toBe("payload_too_large: too_many_pixels");
});

test("a file over the limit of bytes is refused before anything looks at it", async () => {
  expect(await outcomeWith({ maxFileBytes: 5000 }, makeTiff([new Uint8Array(5000)], 100, 50))).toBe("payload_too_large: too_many_bytes");
});

test("a PDF with a password says so", async () => {
  const noKey = "00".repeat(32);
  const trailer = `/Encrypt << /Filter /Standard /V 1 /R 2 /P -1 /O <${noKey}> /U <${noKey}> >> /ID [<00> <00>]`;
  expect(await outcomeOf(makePdf([{}], { trailer }))).toBe("invalid_request: encrypted");
});

test("a PDF of 500 pages is read page by page, not all at once", async () => {
  const pdf = makePdf(Array.from({ length: 500 }, () => ({})));
  expect(await outcomeOf(pdf, { dpi: 72 })).toBe(1);
  expect(await outcomeOf(pdf, { pages: "499-500", dpi: 72 })).toBe(2);
  expect(await outcomeOf(pdf, { pages: "all" })).toBe("payload_too_large: too_many_pages");
  expect(await outcomeOf(pdf, { pages: "501" })).toBe("invalid_request: no_such_page");
  expect(await outcomeOf(pdf, { pages: "first" })).toBe("invalid_request: bad_page_range");
});

test.each(["0 0 1000000000 1000000000", "0 0 1 1000000", "0 0 0 0", "5 5 1 1", "-1e30 -1e30 1e30 1e30", "0 0 0.001 0.001"])(
  "a page of %s points stays within the bound of pixels",
  async (mediaBox) => {
    const { value: page } = await reader.read(makePdf([{ mediaBox }]), { maxPixels: 500_000 }).next();
    expect(page?.gray.length).toBeLessThanOrEqual(500_000);
  },
);

test("a PDF that refers to itself ends", async () => {
  const loop = {
    dictionary: "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /L 100 0 R >> >>",
    stream: Buffer.from("/L Do"),
  };
  const forms = makePdf([{ content: "/L Do" }], { objects: { 100: loop }, resources: "/XObject << /L 100 0 R >>" });
  expect(await outcomeOf(forms)).toEqual(expect.anything());
  const tree = makePdf([{}], { objects: { 2: { dictionary: "/Type /Pages /Count 1 /Kids [2 0 R]" } } });
  expect(await outcomeOf(tree)).toBe("invalid_request: broken");
  const length = Buffer.from(makePdf([{ content: "0 0 9 9 re f" }]))
    .toString("latin1")
    .replace(/\/Length \d+/, "/Length 1001 0 R");
  expect(await outcomeOf(Buffer.from(length, "latin1"))).toEqual(expect.anything());
  expect(await outcomeOf(goodFile)).toBe(1);
});

test("drawing without end is ended, and what waited behind it is read", async () => {
  // Each form draws the next one ten times: 10^12 squares.
  const objects = Object.fromEntries(
    Array.from({ length: 12 }, (_, depth) => {
      const resources = `/Resources << /XObject << /N ${101 + depth} 0 R >> >>`;
      const stream = Buffer.from(depth === 11 ? "0 0 9 9 re f" : "/N Do ".repeat(10));
      return [100 + depth, { dictionary: `/Type /XObject /Subtype /Form /BBox [0 0 144 72] ${resources}`, stream }];
    }),
  );
  const endless = makePdf([{ content: "/N Do" }], { objects, resources: "/XObject << /N 100 0 R >>" });
  const limited = createPageReader({ maxPageMs: 1500, maxMemoryBytes: 700_000_000 });
  const first = outcomeOf(endless, {}, limited);
  const second = outcomeOf(goodFile, {}, limited);
  expect(await first).toMatch(/^(deadline_exceeded: too_slow|payload_too_large: too_much_memory)$/);
  expect(await second).toBe(1);
  await limited.close();
});

test.runIf(process.platform === "linux")("a stream that unpacks to more memory than there may be ends its process only", async () => {
  const bomb = deflateSync(Buffer.alloc(400_000_000));
  const pdf = makePdf([{ image: { width: 10_000, height: 10_000, bits: 16, filter: "/FlateDecode", bytes: bomb } }]);
  expect(await outcomeWith({ maxMemoryBytes: 250_000_000 }, pdf)).toBe("payload_too_large: too_much_memory");
});

test.each([
  [1, "invalid_request: broken"],
  [2, "deadline_exceeded: too_slow"],
])("a process that a file ends or hangs (%i) is replaced, and only that file fails", async (fault, expected) => {
  const limited = createPageReader({ maxPageMs: 500, workerEntry: faultyEntry });
  const good = [...goodFile.subarray(0, -1), 0];
  const outcomes = [good, [...good, fault], good, good].map((bytes) => outcomeOf(Uint8Array.from(bytes), {}, limited));
  expect(await Promise.all(outcomes)).toEqual([1, expected, 1, 1]);
  await limited.close();
});

test("a process without work is ended, and started again for the next file", async () => {
  const limited = createPageReader({ idleMs: 1, workerEntry: faultyEntry });
  const readProcessId = async () => (await limited.read(goodFile).next()).value?.dpi as number;
  const first = await readProcessId();
  await expect.poll(() => isRunning(first)).toBe(false);
  expect(await readProcessId()).not.toBe(first);
  await limited.close();
});

test("a process that a file hangs ends with the one that started it, even when that is killed", async () => {
  const server = fork(new URL("../../test/hanging-reader.ts", import.meta.url), { execArgv: [] });
  const [processId] = (await once(server, "message")) as [number];
  expect(isRunning(processId)).toBe(true);
  server.kill("SIGKILL");
  await expect.poll(() => isRunning(processId), { timeout: 20_000 }).toBe(false);
});

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

test("a process that does not start is an error, not a wait", async () => {
  const limited = createPageReader({ workerEntry: new URL("no-such-worker.ts", import.meta.url) });
  expect(await outcomeOf(goodFile, {}, limited)).toBe("internal: undefined");
  await limited.close();
  expect(await outcomeOf(goodFile, {}, limited)).toBe("model_unavailable: undefined");
});

test("a caller that leaves, a deadline and a full queue end a wait", async () => {
  const limited = createPageReader({ maxQueuedPages: 2 });
  const first = outcomeOf(goodFile, {}, limited);
  expect(await outcomeOf(goodFile, { signal: AbortSignal.abort() }, limited)).toBe("cancelled: undefined");
  expect(await outcomeOf(goodFile, { deadlineAt: Date.now() - 1 }, limited)).toBe("deadline_exceeded: undefined");
  const second = outcomeOf(goodFile, {}, limited);
  expect(await outcomeOf(goodFile, {}, limited)).toBe("overloaded: undefined");
  expect(await Promise.all([first, second])).toEqual([1, 1]);
  await limited.close();
});

test("a caller may stop in the middle of a file", async () => {
  const limited = createPageReader();
  const pdf = makePdf(Array.from({ length: 20 }, () => ({})));
  for await (const { index } of limited.read(pdf, { pages: "all", dpi: 72 })) if (index === 2) break;
  expect(await outcomeOf(goodFile, {}, limited)).toBe(1);
  await limited.close();
});
