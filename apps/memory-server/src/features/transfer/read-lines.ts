import { CodedError } from "@repo/contracts/coded-error";
import type { TransferLimits } from "./transfer-limits.ts";

/** A line of the file that is not empty; without text it cannot be read. */
export interface FileLine {
  /** From 1, empty lines counted, as editors show it. */
  line: number;
  text: string | undefined;
  problem?: string;
}

const newline = 0x0a;

/**
 * Splits a stream of bytes into lines. Holds one line at most; of a line over the limit nothing is kept.
 * @throws CodedError payload_too_large when the file has too many bytes or lines
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, limits: TransferLimits): AsyncGenerator<FileLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let parts: Uint8Array[] = [];
  let [length, line, lines, bytes] = [0, 0, 0, 0];

  const take = (): FileLine | undefined => {
    line += 1;
    const [held, heldBytes] = [parts, length];
    [parts, length] = [[], 0];
    if (heldBytes === 0) return undefined;
    if (heldBytes > limits.maxLineBytes) return { line, text: undefined, problem: `The line is longer than ${limits.maxLineBytes} bytes.` };
    try {
      const text = decoder.decode(Buffer.concat(held)).trim();
      return text === "" ? undefined : { line, text };
    } catch {
      return { line, text: undefined, problem: "The line is not valid UTF-8." };
    }
  };
  const count = (found: FileLine): FileLine => {
    lines += 1;
    if (lines > limits.maxLines) throw tooLarge(`The file has more than ${limits.maxLines} lines.`);
    return found;
  };

  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limits.maxBytes) throw tooLarge(`The file is larger than ${limits.maxBytes} bytes.`);
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      if (length <= limits.maxLineBytes) parts.push(chunk.subarray(from, end));
      length += end - from;
      const found = take();
      if (found !== undefined) yield count(found);
      from = end + 1;
    }
    if (length <= limits.maxLineBytes) parts.push(chunk.subarray(from));
    else parts = [];
    length += chunk.length - from;
  }
  const last = take();
  if (last !== undefined) yield count(last);
}

function tooLarge(message: string): CodedError {
  return new CodedError("payload_too_large", `${message} Split it, or raise the limit of this server.`);
}
