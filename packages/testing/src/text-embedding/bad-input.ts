/** Everything a careless or hostile caller may send, byte by byte, to a Space that runs as a process of its own. */
import { errorBody } from "@repo/contracts/error-body";
import { ollamaError } from "@repo/contracts/ollama";
import { openAiError } from "@repo/contracts/openai-embeddings";
import { teiError } from "@repo/contracts/tei";
import * as fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { EmbeddingSpace } from "./embedding-space.ts";
import { exchangeBytes, holdRequest, postBytes, type RawAnswer } from "./raw-http.ts";
import type { SpaceProcess } from "../space-process.ts";

const key = "the-right-key";
const good = { authorization: `Bearer ${key}`, "content-type": "application/json" };
const maxBodyBytes = 2_000_000;

/** The running process; only inside tests. */
type Current = () => SpaceProcess;

/** Some 280 bad requests to a process that must live, answer in shape and blame nobody. */
export function testBadInput(target: EmbeddingSpace): void {
  let running: SpaceProcess;
  beforeAll(async () => {
    running = await target.startProcess({ SPACE_API_KEYS: key, MAX_BODY_BYTES: String(maxBodyBytes) });
  });
  const current: Current = () => running;
  afterEach(() => expectUnharmed(running));
  afterAll(() => expectCleanEnd(running));
  testFamilies(current);
  testBelowJson(current);
  testRandomBytes(current);
}

/** The process lives, answers, and blames nobody: also after what it was just sent. */
async function expectUnharmed(space: SpaceProcess): Promise<void> {
  expect(space.isAlive()).toBe(true);
  const answer = await postBytes(`${space.url}/embed`, Buffer.from('{"text":"still here"}'), good);
  expect([answer.status, space.faults()]).toEqual([200, []]);
}

async function expectCleanEnd(space: SpaceProcess): Promise<void> {
  expect(await space.stop()).toBe(0);
}

/** A family of routes: where its texts go, and how it tells a result or an error. */
interface Family {
  path: string;
  field: string;
  /** How many texts a good answer is for. */
  countOf: (answer: unknown) => number;
  errorShape: { parse: (body: unknown) => unknown };
  invalid: 400 | 422;
}

const families: Record<string, Family> = {
  "our own": {
    path: "/embed",
    field: "texts",
    countOf: (answer) => (answer as { embeddings: unknown[] }).embeddings.length,
    errorShape: errorBody,
    invalid: 400,
  },
  "OpenAI's": {
    path: "/v1/embeddings",
    field: "input",
    countOf: (answer) => (answer as { data: unknown[] }).data.length,
    errorShape: openAiError,
    invalid: 400,
  },
  "TEI's": { path: "/tokenize", field: "inputs", countOf: (answer) => (answer as unknown[]).length, errorShape: teiError, invalid: 422 },
  "Hugging Face's": {
    path: "/",
    field: "inputs",
    // A string is answered with its flat vector.
    countOf: (answer) => (typeof (answer as unknown[])[0] === "number" ? 1 : (answer as unknown[]).length),
    errorShape: teiError,
    invalid: 422,
  },
  "Ollama's": {
    path: "/api/embed",
    field: "input",
    countOf: (answer) => (answer as { embeddings: unknown[] }).embeddings.length,
    errorShape: ollamaError,
    invalid: 400,
  },
};

/** What is sent, and what must come back: a number of results, or a status, "invalid" being the family's own for a wrong body. */
interface Case {
  value?: unknown;
  /** The bytes themselves, where no JSON value gives them. */
  bytes?: (family: Family) => Uint8Array;
  headers?: Record<string, string>;
  expected: { results: number } | { status: number | "invalid" };
  /** Families whose own documentation says otherwise. */
  except?: Record<string, Case["expected"]>;
}

const bytesOf = (...parts: (string | number[])[]): Uint8Array => Buffer.concat(parts.map((part) => Buffer.from(part as string)));
const invalid = { status: "invalid" } as const;
const one = { results: 1 };
/** An answer of one object per token is bounded by characters; a vector is not. */
const tokenizeLimit = { "TEI's": { status: 413 } };

const cases: Record<string, Case> = {
  "an empty list": {
    value: [],
    expected: invalid,
    except: { "TEI's": { status: 400 }, "Ollama's": { results: 0 } },
  },
  "an empty string": { value: "", expected: one },
  "a list of an empty string": { value: [""], expected: one },
  "white space": { value: " \n\t\r ", expected: one },
  "a megabyte without a space": { value: "x".repeat(1_000_000), expected: one, except: tokenizeLimit },
  "a megabyte of words": { value: "word ".repeat(200_000), expected: one, except: tokenizeLimit },
  "a megabyte of punctuation": { value: "?".repeat(1_000_000), expected: one, except: tokenizeLimit },
  "3,000 texts": { value: Array.from({ length: 3000 }, (_, index) => `text ${index}`), expected: { status: 413 } },
  "a number": { value: 5, expected: invalid },
  true: { value: true, expected: invalid },
  null: { value: null, expected: invalid, except: { "Ollama's": { results: 0 } } },
  "an object": { value: { text: "a" }, expected: invalid },
  "a list with a hole": { value: ["a", null], expected: invalid },
  "a list of numbers that are no ids": { value: [1.5, -2], expected: invalid },
  "lists in lists": { value: [[["a"]]], expected: invalid },
  NUL: { value: "a\0b", expected: one },
  "every control character": { value: String.fromCharCode(...Array.from({ length: 32 }, (_, code) => code)), expected: one },
  "a lone high surrogate": { value: "a\ud800", expected: one },
  "a lone low surrogate": { value: "\udc00a", expected: one },
  "surrogates in the wrong order": { value: "\udc00\ud800", expected: one },
  "noncharacters and right-to-left overrides": { value: "\uffff\ufffe\u202e\u2066\ufeff", expected: one },
  "a thousand combining marks": { value: `e${"\u0301".repeat(1000)}`, expected: one },
  "emoji, joined": { value: "👩‍👩‍👧‍👦".repeat(100), expected: one },
  "no field at all": { bytes: () => bytesOf("{}"), expected: invalid, except: { "Ollama's": { results: 0 } } },
  "a list as the body": { bytes: () => bytesOf('["a"]'), expected: invalid },
  "a string as the body": { bytes: () => bytesOf('"a"'), expected: invalid },
  "null as the body": { bytes: () => bytesOf("null"), expected: invalid },
  "an empty body": { bytes: () => bytesOf(""), expected: invalid },
  "JSON that ends early": { bytes: ({ field }) => bytesOf(`{"${field}":["a"`), expected: invalid },
  "JSON with a comma too many": { bytes: ({ field }) => bytesOf(`{"${field}":["a",]}`), expected: invalid },
  NaN: { bytes: ({ field }) => bytesOf(`{"${field}":NaN}`), expected: invalid },
  "two JSON texts": { bytes: ({ field }) => bytesOf(`{"${field}":"a"}{"${field}":"b"}`), expected: invalid },
  "a byte order mark": { bytes: ({ field }) => bytesOf([0xef, 0xbb, 0xbf], `{"${field}":"a"}`), expected: one },
  "invalid UTF-8": { bytes: ({ field }) => bytesOf(`{"${field}":"a`, [0xff, 0xfe], '"}'), expected: invalid },
  "overlong UTF-8": { bytes: ({ field }) => bytesOf(`{"${field}":"a`, [0xc0, 0x80], '"}'), expected: invalid },
  "a surrogate in UTF-8": { bytes: ({ field }) => bytesOf(`{"${field}":"a`, [0xed, 0xa0, 0x80], '"}'), expected: invalid },
  "UTF-16": { bytes: ({ field }) => Buffer.from(`{"${field}":"a"}`, "utf16le"), expected: invalid },
  "a raw NUL in a string": { bytes: ({ field }) => bytesOf(`{"${field}":"a`, [0], 'b"}'), expected: invalid },
  "100,000 open brackets": { bytes: ({ field }) => bytesOf(`{"${field}":${"[".repeat(100_000)}`), expected: invalid },
  "10,000 levels": { bytes: ({ field }) => bytesOf(`{"${field}":${"[".repeat(10_000)}${"]".repeat(10_000)}}`), expected: invalid },
  "600,000 values": { bytes: ({ field }) => bytesOf(`{"${field}":[${"0,".repeat(600_000)}0]}`), expected: { status: 413 } },
  "a body over the limit": { bytes: () => Buffer.alloc(maxBodyBytes + 1, 0x20), expected: { status: 413 } },
  __proto__: { bytes: ({ field }) => bytesOf(`{"__proto__":{"${field}":"a"},"${field}":"a"}`), expected: one },
  "text/plain": {
    value: "a",
    headers: { ...good, "content-type": "text/plain" },
    expected: { status: 415 },
    except: { "Ollama's": one },
  },
  "a form": {
    value: "a",
    headers: { ...good, "content-type": "application/x-www-form-urlencoded" },
    expected: { status: 415 },
    except: { "Ollama's": one },
  },
  "another charset": {
    value: "a",
    headers: { ...good, "content-type": "application/json; charset=utf-16" },
    expected: { status: 415 },
    except: { "Ollama's": one },
  },
  gzip: { value: "a", headers: { ...good, "content-encoding": "gzip" }, expected: { status: 415 } },
  "no time": { value: "a", headers: { ...good, "x-timeout-ms": "soon" }, expected: invalid },
  "a wrong key": { value: "a", headers: { ...good, authorization: "Bearer wrong" }, expected: { status: 401 } },
  "the key and more": { value: "a", headers: { ...good, authorization: `Bearer ${key}x` }, expected: { status: 401 } },
  "half of the key": { value: "a", headers: { ...good, authorization: `Bearer ${key.slice(0, -1)}` }, expected: { status: 401 } },
  "an empty key": { value: "a", headers: { ...good, authorization: "Bearer " }, expected: { status: 401 } },
  "no key": { value: "a", headers: { "content-type": "application/json" }, expected: { status: 401 } },
  "a key of 8 KB": { value: "a", headers: { ...good, authorization: `Bearer ${"k".repeat(8192)}` }, expected: { status: 401 } },
};

/** The answer as the table writes it; an answer of a shape that the family does not have fails here. */
function readOutcome(family: Family, { status, headers, body }: RawAnswer): Case["expected"] {
  expect(headers["content-type"]).toMatch(/^application\/json/);
  expect(headers["x-request-id"]).toMatch(/\S/);
  const answer: unknown = JSON.parse(body);
  if (status === 200) return { results: family.countOf(answer) };
  family.errorShape.parse(answer);
  expect(body).not.toMatch(/node_modules|\.ts\b|at [\w.]+ \(|the-right-key/);
  return { status };
}

function testFamilies(current: Current): void {
  describe.each(Object.entries(families))("%s routes", (name, family) => {
    test.each(Object.entries(cases))("are sent %s", async (_name, { value, bytes, headers = good, expected, except }) => {
      const body = bytes?.(family) ?? Buffer.from(JSON.stringify({ [family.field]: value }));
      const wanted = except?.[name] ?? expected;
      const outcome = readOutcome(family, await postBytes(`${current().url}${family.path}`, body, headers));
      expect(outcome).toEqual("status" in wanted && wanted.status === "invalid" ? { status: family.invalid } : wanted);
    });
  });
}

function testBelowJson(current: Current): void {
  describe("below JSON", () => {
    const head = (path: string, more = ""): string =>
      `POST ${path} HTTP/1.1\r\nhost: space\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\nconnection: close\r\n${more}`;

    test.each([
      { name: "bytes that are not HTTP", bytes: Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00]), status: 400 },
      { name: "a line that is not HTTP", bytes: "HELLO\r\n\r\n", status: 400 },
      { name: "a header of 20 KB", bytes: head("/embed", `x-long: ${"a".repeat(20_000)}\r\n\r\n`), status: 431 },
      { name: "two different lengths", bytes: head("/embed", "content-length: 2\r\ncontent-length: 3\r\n\r\n{}"), status: 400 },
      {
        name: "a length beside chunks",
        bytes: head("/embed", "content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        status: 400,
      },
      { name: "a negative length", bytes: head("/embed", "content-length: -1\r\n\r\n"), status: 400 },
      { name: "a chunk of no length", bytes: head("/embed", "transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"), status: 400 },
      { name: "an id of another line", bytes: head("/embed", "x-request-id: a\rb\r\ncontent-length: 2\r\n\r\n{}"), status: 400 },
      { name: "a path outside", bytes: head("/../../etc/passwd", "content-length: 2\r\n\r\n{}"), status: 404 },
      { name: "a path with a broken escape", bytes: head("/models/%zz", 'content-length: 14\r\n\r\n{"inputs":"a"}'), status: 200 },
      { name: "a method that nobody has", bytes: "BREW /embed HTTP/1.1\r\nhost: space\r\n\r\n", status: 400 },
      {
        name: "another method",
        bytes: `DELETE /embed HTTP/1.1\r\nhost: space\r\nauthorization: Bearer ${key}\r\nconnection: close\r\n\r\n`,
        status: 405,
      },
    ])("$name", async ({ bytes, status }) => {
      expect(await exchangeBytes(current().url, bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    });

    test("a body in chunks is read, and stopped at the limit without its length being known", async () => {
      const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
      const whole = `${chunk('{"text":')}${chunk('"a"')}${chunk("}")}${chunk("").replace(/^0\r\n\r\n$/, "0\r\n\r\n")}`;
      expect(await exchangeBytes(current().url, head("/embed", `transfer-encoding: chunked\r\n\r\n${whole}`))).toMatch(/^HTTP\/1.1 200 /);
      const large = chunk(" ".repeat(500_000)).repeat(5);
      expect(await exchangeBytes(current().url, head("/embed", `transfer-encoding: chunked\r\n\r\n${large}0\r\n\r\n`))).toMatch(
        /^HTTP\/1.1 413 /,
      );
    });

    test("connections that are cut in the middle of a body hold no place", async () => {
      const held = await Promise.all(Array.from({ length: 20 }, () => holdRequest(current().url, "/embed", '{"text":"a"}', key)));
      for (const request of held) request.cut();
      const running = async (): Promise<string> => (await fetch(`${current().url}/metrics`)).text();
      await expect.poll(running).toMatch(/^outpost_requests_running 0$/m);
    });
  });
}

function testRandomBytes(current: Current): void {
  test("400 bodies of random bytes are each told apart from JSON, and none is a fault", async () => {
    const paths = Object.values(families).map(({ path }) => path);
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.uint8Array({ maxLength: 300 }), async (path, bytes) => {
        const { status, body } = await postBytes(`${current().url}${path}`, bytes, good);
        seen.set(status, (seen.get(status) ?? 0) + 1);
        expect(JSON.parse(body)).toHaveProperty("error");
        expect([400, 422]).toContain(status);
      }),
      { numRuns: 400 },
    );
    expect(new Set(seen.keys())).toEqual(new Set([400, 422]));
  });
}
