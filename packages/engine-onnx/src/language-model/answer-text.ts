/** What turning tokens into text needs. */
export interface AnswerTextOptions {
  /** Bytes of a token; undefined for control tokens, which add no text. */
  bytesOf(token: number): Uint8Array | undefined;
  /** Texts that end the answer; none of them is empty. */
  stop?: readonly string[];
}

/** Text that has become certain. */
export interface TextStep {
  /** May be empty: half a character, or what may become a stop string, is held back. */
  text: string;
  /** The stop string that ended the answer; the answer has no more text then. */
  stoppedBy?: string;
}

/** The text of one answer, as its tokens come. */
export interface AnswerText {
  push(token: number): TextStep;
  /** The rest, when the answer ends without a stop string. Bytes that never became a character are U+FFFD. */
  end(): TextStep;
}

/**
 * Streams the text of tokens: all pieces together are exactly the text of all tokens up to the first stop string. Tokens
 * end anywhere in a character's bytes; text is given only when no later token can change it.
 */
export function createAnswerText({ bytesOf, stop = [] }: AnswerTextOptions): AnswerText {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let held = "";
  let over = false;

  function take(added: string, last: boolean): TextStep {
    if (over) return { text: "" };
    held += added;
    const found = firstStop(held, stop);
    if (found !== undefined) {
      over = true;
      return { text: held.slice(0, found.at), stoppedBy: found.stop };
    }
    const kept = last ? 0 : lengthOfBegunStop(held, stop);
    const text = held.slice(0, held.length - kept);
    held = held.slice(held.length - kept);
    return { text };
  }

  return {
    push(token) {
      const bytes = bytesOf(token);
      return bytes === undefined ? { text: "" } : take(decoder.decode(bytes, { stream: true }), false);
    },
    end: () => take(decoder.decode(), true),
  };
}

/** The stop string that is complete first, so that it does not matter how the text is cut into tokens; of equals the longer one. */
function firstStop(text: string, stop: readonly string[]): { at: number; stop: string } | undefined {
  let first: { at: number; stop: string } | undefined;
  for (const candidate of stop) {
    const at = text.indexOf(candidate);
    if (at === -1) continue;
    const later = first === undefined ? -1 : at + candidate.length - (first.at + first.stop.length);
    if (first === undefined || later < 0 || (later === 0 && at < first.at)) first = { at, stop: candidate };
  }
  return first;
}

/** Length of the longest end of the text that a stop string begins with. */
function lengthOfBegunStop(text: string, stop: readonly string[]): number {
  let longest = 0;
  for (const candidate of stop) {
    for (let length = Math.min(candidate.length - 1, text.length); length > longest; length -= 1) {
      if (text.endsWith(candidate.slice(0, length))) longest = length;
    }
  }
  return longest;
}
