import { extractRoute, type Candidate, type ExtractResponse } from "@repo/contracts/answer-sheets";
import { CodedError } from "@repo/contracts/coded-error";
import { createServer } from "@repo/server-kit/create-server";
import { listen } from "@repo/server-kit/listen";
import { mountRoute } from "@repo/server-kit/mount-route";

/** What stands on a sheet of the tests: it is written into the file, and the Space below reads it there. */
export interface WrittenSheet {
  register?: string;
  subject?: string;
  /** Confidence of both, 0..1. Default 0.99. */
  confidence?: number;
  /** Other readings of the register number, best first. */
  otherRegisters?: string[];
  warnings?: string[];
  /** Makes files of the same sheet differ. */
  scan?: number;
  /** The Space refuses the file as broken. */
  isBroken?: boolean;
}

const pdfStart = "%PDF-1.7\n";

/** A file that says what a sheet says. */
export function toSheetFile(sheet: WrittenSheet): Uint8Array {
  return Buffer.from(pdfStart + JSON.stringify(sheet));
}

/** A PNG of one pixel. */
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";

function toCandidate(value: string, confidence: number, list: readonly string[] | undefined, crops: boolean): Candidate {
  return {
    value,
    confidence,
    detection_confidence: 0.9,
    box: [0.2, 0.1, 0.3, 0.02],
    page: 1,
    raw: value,
    matched: list?.includes(value) ?? false,
    ...(crops ? { crop: `data:image/png;base64,${pixel}` } : {}),
  };
}

/** A Space that tests can switch off and on again. */
export interface SheetSpace {
  url: string;
  /** Lists that came with the last request. */
  lastLists(): { course_list?: readonly string[]; class_roster?: readonly string[] };
  readings(): number;
  /** Answers every request with this error; undefined: answers healthily. */
  fail(error: CodedError | undefined): void;
  close(): Promise<void>;
}

/** Starts a Space of the real contract on the real server, whose sheets are read as {@link WrittenSheet} says. */
export async function startSheetSpace(port = 0): Promise<SheetSpace> {
  let failure: CodedError | undefined;
  let readings = 0;
  let lists: { course_list?: readonly string[]; class_roster?: readonly string[] } = {};
  const server = createServer({ name: "sheet-space", version: "0.0.0" });
  mountRoute(server, extractRoute, ({ file, course_list, class_roster, crops }) => {
    if (failure !== undefined) throw failure;
    readings += 1;
    lists = { ...(course_list ? { course_list } : {}), ...(class_roster ? { class_roster } : {}) };
    const sheet = JSON.parse(Buffer.from(file.bytes).toString().slice(pdfStart.length)) as WrittenSheet;
    if (sheet.isBroken === true) throw new CodedError("invalid_request", "The file is cut off.", { details: { reason: "truncated" } });
    const { register, subject, confidence = 0.99, otherRegisters = [], warnings = [] } = sheet;
    const registers = [register, ...otherRegisters].filter((value) => value !== undefined);
    const answer: ExtractResponse = {
      success: true,
      register_number: register ?? "",
      register_confidence: register === undefined ? 0 : confidence,
      subject_code: subject ?? "",
      subject_confidence: subject === undefined ? 0 : confidence,
      register_candidates: registers.map((value, rank) => toCandidate(value, confidence / (rank + 1), class_roster, crops)),
      subject_candidates: subject === undefined ? [] : [toCandidate(subject, confidence, course_list, crops)],
      regions_found: { register: register === undefined ? 0 : 1, subject: subject === undefined ? 0 : 1 },
      page: 1,
      pages: 1,
      rotation: 0,
      skew_degrees: 0.1,
      warnings,
      suggested_filename: register === undefined || subject === undefined ? null : `${register}_${subject}.pdf`,
      model: { detector: "test", register_reader: "test", subject_reader: "test", revision: "1" },
      timings_ms: { read: 1, detect: 1, recognise: 1, total: 3 },
    };
    return answer;
  });
  const listener = await listen(server, { port, hostname: "127.0.0.1" });
  return {
    url: listener.url,
    lastLists: () => lists,
    readings: () => readings,
    fail: (error) => {
      failure = error;
    },
    close: async () => await listener.close({ force: true }),
  };
}
