import { CodedError } from "@repo/contracts/coded-error";
import type { ChatTurn, GenerationInput } from "@repo/contracts/generate-text";
import { type ChatTemplate, createChatTemplate } from "./chat-template.ts";
import { createLibraryTokenizer } from "../library-tokenizer.ts";
import { createTimeSlices, type TimeSlices } from "../time-slices.ts";
import { readTokenBytes, type TokenBytes } from "./token-bytes.ts";

/** What a prompt tokenizer is made of. */
export interface PromptTokenizerOptions {
  /** Contents of tokenizer.json. */
  definition: unknown;
  /** bos_token, eos_token ... as the chat template may name them. */
  specials?: Readonly<Record<string, string>> | undefined;
  /** Jinja; absent for models that only continue texts. */
  chatTemplate?: string | undefined;
}

/** Prompts to token ids. */
export interface PromptTokenizer extends TokenBytes {
  hasChatTemplate: boolean;
  /**
   * Token ids of a prompt or a conversation. What a caller wrote never becomes a control token, whatever it spells; those
   * of the chat template do. Long texts are read in slices, so that the event loop goes on, and no further than `limit`.
   * @param limit most tokens the caller can use
   * @throws CodedError input_too_long (details: maxTokens), invalid_request (no chat template, or it refuses; no message)
   */
  encode(input: GenerationInput, limit?: number): Promise<Int32Array>;
  /** Token ids of a short text within an answer, read in one go; nothing in it becomes a control token. */
  tokenize(text: string): number[];
}

/** @throws CodedError model_unavailable when tokenizer or template are not of a kind that works here */
export function createPromptTokenizer(options: PromptTokenizerOptions): PromptTokenizer {
  const spelling = readTokenBytes(options.definition);
  const tokenizer = createLibraryTokenizer(options.definition);
  const template = options.chatTemplate === undefined ? undefined : createChatTemplate(options.chatTemplate, options.specials ?? {});
  const slices = createTimeSlices();
  const controls = [...spelling.control.values()].filter((token) => token !== "");

  return {
    ...spelling,
    hasChatTemplate: template !== undefined,
    tokenize: (text) =>
      breakControls([text], controls).flatMap((part) => {
        const scan = tokenizer.scan(part);
        while (!scan.advance(stepLength));
        return [...scan.ids];
      }),
    async encode(input, limit = Number.POSITIVE_INFINITY) {
      const reading = { read: tokenizer.scan.bind(tokenizer), slices, limit };
      if ("prompt" in input) {
        const parts = breakControls([input.prompt], controls);
        return Int32Array.from(await readParts(parts, reading, [...tokenizer.prefix]));
      }
      return Int32Array.from(await readParts(toChatParts(input.messages, template, controls), reading, []));
    },
  };
}

/**
 * The rendered conversation, cut where a caller wrote something that spells a control token. The cuts are marked in the
 * messages before rendering, with a character that none of them holds.
 */
function toChatParts(messages: readonly ChatTurn[], template: ChatTemplate | undefined, controls: readonly string[]): string[] {
  if (template === undefined)
    throw new CodedError("invalid_request", "This model continues texts and has no form for conversations: send a prompt.");
  if (messages.length === 0) throw new CodedError("invalid_request", "A conversation needs at least one message.");
  const mark = unusedCharacter(messages);
  const marked = messages.map(({ role, content }) => ({ role, content: breakControls([content], controls).join(mark) }));
  return template.render(marked).split(mark);
}

/** Cuts texts within every control token they spell: its halves, read apart, are plain text. */
function breakControls(texts: string[], controls: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const cuts = new Set<number>();
    for (const control of controls) {
      for (let at = text.indexOf(control); at !== -1; at = text.indexOf(control, at + 1)) cuts.add(at + 1);
    }
    if (cuts.size === 0) return [text];
    const places = [0, ...[...cuts].toSorted((a, b) => a - b), text.length];
    return places.slice(1).map((end, index) => text.slice(places[index], end));
  });
}

function unusedCharacter(messages: readonly ChatTurn[]): string {
  // Characters of the private use area; 6,400 of them, so one is free unless somebody lists them all.
  for (let code = 0xe000; code <= 0xf8ff; code += 1) {
    const character = String.fromCharCode(code);
    if (!messages.some(({ content }) => content.includes(character))) return character;
  }
  throw new CodedError("invalid_request", "The messages hold every character of the private use area U+E000 to U+F8FF; leave one out.");
}

interface Reading {
  read: ReturnType<typeof createLibraryTokenizer>["scan"];
  slices: TimeSlices;
  limit: number;
}

/** Characters read before the clock is looked at. */
const stepLength = 8192;

async function readParts(parts: readonly string[], { read, slices, limit }: Reading, ids: number[]): Promise<number[]> {
  for (const part of parts) {
    if (part === "") continue;
    const scan = read(part);
    let taken = 0;
    for (let done = false; !done;) {
      // A short prompt is read at once: waiting for a turn would cost it more than reading takes.
      if (part.length > stepLength && slices.isOver()) await slices.next();
      done = scan.advance(stepLength);
      for (; taken < scan.ids.length; taken += 1) ids.push(scan.ids[taken] as number);
      if (ids.length > limit) {
        throw new CodedError("input_too_long", `The prompt has more than the ${limit} tokens that can be read.`, {
          details: { maxTokens: limit },
        });
      }
    }
  }
  return ids;
}
