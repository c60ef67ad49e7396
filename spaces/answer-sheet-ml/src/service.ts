import { setImmediate as nextTurn } from "node:timers/promises";
import type { AnswerSheetReader, ExtractResponse, SheetReading } from "@repo/contracts/answer-sheets";
import { maxFilesPerBatch, sheetFields } from "@repo/contracts/answer-sheets";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { HostedService } from "@repo/contracts/hosted-service";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import { countCores } from "@repo/engine-onnx/cpu";
import { estimateSkew } from "@repo/engine-onnx/vision/estimate-skew";
import { createPageReader, type PageReader } from "@repo/engine-onnx/images/page-reader";
import { z } from "zod";
import { cropRegions } from "./crop-regions.ts";
import { findOrientation } from "./find-orientation.ts";
import { loadModels, type LoadedModels } from "./load-models.ts";
import { mergeStreams } from "./merge-streams.ts";
import { createPageGate, type PageGate } from "./page-gate.ts";
import { planTask, type Task } from "./plan-task.ts";
import { rankCandidates } from "./rank-candidates.ts";
import { readPages } from "./read-pages.ts";
import { readText } from "./read-text.ts";
import { describeStatus } from "./describe-status.ts";
import { readingVariables, type ReadingVariables } from "./reading-variables.ts";
import type { SheetPage } from "./sheet-page.ts";
import type { WorkContext } from "./work-context.ts";
import { writeAnswer, type AnswerOptions, type PageResult } from "./write-answer.ts";

/** The Space without HTTP: what main.ts serves, and what an app loads into its own process in place of a Space. */
export type SheetService = AnswerSheetReader & HostedService;

/** Everything a page needs on its way. */
interface Desk {
  models: LoadedModels;
  pages: PageReader;
  gate: PageGate;
}

/** Files of one batch that are read at a time: the second keeps the workers busy while the first one's answer is written. */
const filesSideBySide = 2;

/**
 * Loads the models and starts what reads files.
 * @param given variables that differ from their defaults
 * @throws CodedError model_unavailable when a model is not there or cannot be loaded
 */
export async function createService(given: Partial<ReadingVariables> = {}): Promise<SheetService> {
  const variables: ReadingVariables = { ...z.object(readingVariables).parse({}), ...given };
  const models = await loadModels({
    directory: variables.MODEL_DIRECTORY,
    workers: variables.WORKERS,
    dataDirectory: variables.DATA_DIRECTORY,
  });
  const pages = createPageReader({
    workers: variables.DECODERS,
    maxFileBytes: variables.MAX_FILE_BYTES,
    maxInputPixels: variables.MAX_INPUT_PIXELS,
    maxPages: variables.MAX_PAGES,
    maxPageMs: variables.MAX_PAGE_MS,
    maxMemoryBytes: variables.MAX_DECODER_BYTES,
  });
  // One page is decoded and one cut up while each worker has one: more would only hold more memory.
  const places = (variables.WORKERS ?? countCores()) + variables.DECODERS;
  const desk: Desk = { models, pages, gate: createPageGate({ places, maxWaiting: variables.MAX_QUEUED_PAGES }) };
  return {
    read: async (file, options = {}, context = {}) => await readSheet(desk, file, planTask(options, variables, "1"), context),
    readMany: (files, options = {}, context = {}) => readSheets(desk, files, planTask(options, variables, "all"), context),
    probe: async () => void (await Promise.all(models.engines.map((engine) => engine.probe()))),
    status: () => describeStatus(models, desk.gate),
    close: async () => void (await Promise.all([pages.close(), models.close()])),
  };
}

/** A file as one sheet: its pages are read one after the other, and the best reading of each field counts. */
async function readSheet(desk: Desk, file: UploadedFile, task: Task, context: CallContext): Promise<ExtractResponse> {
  const startedAt = performance.now();
  const results: PageResult[] = [];
  for await (const result of readFile(desk, file, task, context)) results.push(result);
  return writeAnswer(results as [PageResult, ...PageResult[]], toAnswerOptions(desk, task, startedAt));
}

/** Many files, every page a sheet of its own; files are read side by side, results come as each is ready. */
async function* readSheets(desk: Desk, files: readonly UploadedFile[], task: Task, context: CallContext): AsyncGenerator<SheetReading> {
  if (files.length > maxFilesPerBatch)
    throw new CodedError("payload_too_large", `A batch has at most ${maxFilesPerBatch} files.`, {
      details: { maxFiles: maxFilesPerBatch },
    });
  const sources = files.map((file, index) => () => readBatchFile(desk, { file, index }, task, context));
  yield* mergeStreams(sources, filesSideBySide);
}

async function* readBatchFile(
  desk: Desk,
  { file, index }: { file: UploadedFile; index: number },
  task: Task,
  context: CallContext,
): AsyncGenerator<SheetReading> {
  const name = file.name ?? null;
  let startedAt = performance.now();
  try {
    for await (const result of readFile(desk, file, task, { ...context, isPatient: index > 0 })) {
      yield { index, file: name, page: result.page.index, result: writeAnswer([result], toAnswerOptions(desk, task, startedAt)) };
      startedAt = performance.now();
    }
  } catch (thrown) {
    // What is wrong with one file is its own result; what is wrong with the service, or the caller, ends the batch.
    if (!CodedError.isInstance(thrown) || context.signal?.aborted === true || !isOfFile(thrown)) throw thrown;
    const { code, message, details } = thrown;
    yield { index, file: name, page: null, error: { code, message, ...(details === undefined ? {} : { details }) } };
  }
}

/** The story of one file. */
async function* readFile(
  desk: Desk,
  file: UploadedFile,
  task: Task,
  { isPatient = false, ...context }: WorkContext & { isPatient?: boolean },
): AsyncGenerator<PageResult> {
  const leave = await desk.gate.enter(context, { isPatient });
  let pages = 0;
  try {
    const wantsColour = desk.models.detector.channels === 3;
    for await (const page of readPages(desk.pages, file, { ...context, pages: task.pages, wantsColour })) {
      yield await readPage(desk.models, page, task, context);
      pages += 1;
    }
  } finally {
    leave(pages);
  }
}

/** The story of one page. */
async function readPage({ detector, readers }: LoadedModels, scanned: SheetPage, task: Task, context: WorkContext): Promise<PageResult> {
  const startedAt = performance.now();
  const looking = findOrientation(detector, scanned, context);
  const skew = measureMeanwhile(looking, scanned);
  const { page, regions } = await looking;
  // Half a turn leaves lines as they slant; a quarter does not.
  const skewDegrees = page.rotation % 180 === 0 ? await skew : estimateSkew(page).degrees;
  const detectedAt = performance.now();
  const crops = cropRegions(page, regions, readers, skewDegrees);
  const [register, subject] = await Promise.all(
    sheetFields.map(async (field) => {
      const own = crops.filter(({ region }) => region.field === field);
      const readings = await readText(readers[field], own, task.rules[field], context);
      return rankCandidates(readings, task.rules[field], readers[field].facts);
    }),
  );
  const timings = { read: page.readMs, detect: detectedAt - startedAt, recognise: performance.now() - detectedAt };
  return { page, skewDegrees, regions, readings: { register_number: register ?? [], subject_code: subject ?? [] }, timings };
}

/** The slant, measured on this thread while a worker looks for the fields. */
async function measureMeanwhile(looking: Promise<unknown>, page: SheetPage): Promise<number> {
  looking.catch(() => undefined);
  await nextTurn();
  return estimateSkew(page).degrees;
}

function toAnswerOptions({ models }: Desk, task: Task, startedAt: number): AnswerOptions {
  return {
    identity: models.identity,
    crops: task.crops,
    examType: task.examType,
    startedAt,
    isListed: {
      register_number: task.rules.register_number.entries !== undefined,
      subject_code: task.rules.subject_code.entries !== undefined,
    },
  };
}

/** Whether another file may go well where this one went wrong: not when the caller, the time or the models are gone. */
function isOfFile({ code, details }: CodedError): boolean {
  return details?.["reason"] !== undefined || !["cancelled", "deadline_exceeded", "overloaded", "model_unavailable"].includes(code);
}
