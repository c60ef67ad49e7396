import { buildByteAutomaton, type ByteAutomaton, type ByteStateDraft, type ByteTransition } from "./byte-automaton.ts";
import { AutomatonTooLarge, type CharacterAutomaton, type CharacterEdge } from "./character-automaton.ts";

/**
 * How texts become bytes: `raw` is UTF-8; `json` is the inside of a JSON string and its closing quote, with the escapes that
 * JSON.stringify writes and no others, so that every text has exactly one form.
 */
export type TextEncoding = "raw" | "json";

/** Byte states of one automaton: 16 MB with its table at the most. */
const mostByteStates = 16_384;

const shortEscapes = new Map([
  [0x22, '"'],
  [0x5c, "\\"],
  [0x08, "b"],
  [0x09, "t"],
  [0x0a, "n"],
  [0x0c, "f"],
  [0x0d, "r"],
]);

/** Edges within [low, high], clipped. */
function clip(edges: readonly CharacterEdge[], low: number, high: number): CharacterEdge[] {
  const clipped: CharacterEdge[] = [];
  for (const [edgeLow, edgeHigh, target] of edges) {
    if (edgeHigh < low) continue;
    if (edgeLow > high) break;
    clipped.push([Math.max(edgeLow, low), Math.min(edgeHigh, high), target]);
  }
  return clipped;
}

interface Encoder {
  drafts: ByteStateDraft[];
  /** States inside of characters, by what they lead to. */
  shared: Map<string, number>;
  /** The same for states from which everything leads to one place, by that place and the bits. */
  alike: Map<number, number>;
}

function addState(encoder: Encoder): number {
  if (encoder.drafts.length >= mostByteStates) throw new AutomatonTooLarge();
  return encoder.drafts.push({ accepts: false, transitions: [] }) - 1;
}

/** The state in which `bits` bits of a character are missing and all that may follow leads to `target`. */
function continueAnyhow(encoder: Encoder, target: number, bits: number): number {
  const key = target * 4 + bits / 6;
  const known = encoder.alike.get(key);
  if (known !== undefined) return known;
  const next = bits === 6 ? target : continueAnyhow(encoder, target, bits - 6);
  const state = addState(encoder);
  encoder.alike.set(key, state);
  (encoder.drafts[state] as ByteStateDraft).transitions = [[0x80, 0xbf, next]];
  return state;
}

/** The state in which `bits` bits of a character are missing; `edges` lie within [base, base + 2 ** bits). */
function continueCharacter(encoder: Encoder, edges: readonly CharacterEdge[], base: number, bits: number): number {
  const [only] = edges;
  // As it mostly is: one look instead of 64.
  if (edges.length === 1 && only?.[0] === base && only[1] === base + 2 ** bits - 1) return continueAnyhow(encoder, only[2], bits);
  const key = `${bits}:${edges.map(([low, high, target]) => `${low - base}-${high - base}>${target}`).join()}`;
  const known = encoder.shared.get(key);
  if (known !== undefined) return known;
  const state = addState(encoder);
  encoder.shared.set(key, state);
  const step = 2 ** (bits - 6);
  const transitions: [low: number, high: number, target: number][] = [];
  for (let index = 0; index < 64; index += 1) {
    const low = base + index * step;
    const inside = clip(edges, low, low + step - 1);
    const [first] = inside;
    if (first === undefined) continue;
    const target = bits === 6 ? first[2] : continueCharacter(encoder, inside, low, bits - 6);
    const last = transitions.at(-1);
    if (last?.[1] === 0x80 + index - 1 && last[2] === target) last[1] = 0x80 + index;
    else transitions.push([0x80 + index, 0x80 + index, target]);
  }
  (encoder.drafts[state] as ByteStateDraft).transitions = transitions;
  return state;
}

/** Transitions for characters of two to four bytes (RFC 3629). */
function encodeWide(encoder: Encoder, edges: readonly CharacterEdge[]): ByteTransition[] {
  const transitions: ByteTransition[] = [];
  const widths = [
    { first: 0x80, last: 0x7_ff, leads: [0xc2, 0xdf], bits: 6, mask: 0x1f },
    { first: 0x8_00, last: 0xff_ff, leads: [0xe0, 0xef], bits: 12, mask: 0x0f },
    { first: 0x1_00_00, last: 0x10_ff_ff, leads: [0xf0, 0xf4], bits: 18, mask: 0x07 },
  ] as const;
  for (const { first, last, leads, bits, mask } of widths) {
    const wide = clip(edges, first, last);
    if (wide.length === 0) continue;
    for (let lead: number = leads[0]; lead <= leads[1]; lead += 1) {
      const base = (lead & mask) * 2 ** bits;
      const inside = clip(wide, base, base + 2 ** bits - 1);
      if (inside.length > 0) transitions.push([lead, lead, continueCharacter(encoder, inside, base, bits)]);
    }
  }
  return transitions;
}

/** Transitions of the state after a backslash. */
function encodeEscapes(encoder: Encoder, edges: readonly CharacterEdge[]): ByteTransition[] {
  const transitions: ByteTransition[] = [];
  const hexRows: [ByteTransition[], ByteTransition[]] = [[], []];
  for (const [low, high, target] of edges) {
    for (let point = low; point <= Math.min(high, 0x5c); point += 1) {
      const short = shortEscapes.get(point);
      if (short !== undefined) transitions.push([short.charCodeAt(0), short.charCodeAt(0), target]);
      else if (point < 0x20) {
        const digit = (point % 16).toString(16).charCodeAt(0);
        hexRows[point < 16 ? 0 : 1].push([digit, digit, target]);
      }
    }
  }
  const secondDigits = hexRows.flatMap((row, index): ByteTransition[] => {
    if (row.length === 0) return [];
    return [[0x30 + index, 0x30 + index, shareState(encoder, row)]];
  });
  if (secondDigits.length > 0) {
    const zero = shareState(encoder, [[0x30, 0x30, shareState(encoder, secondDigits)]]);
    const u = "u".charCodeAt(0);
    transitions.push([u, u, shareState(encoder, [[0x30, 0x30, zero]])]);
  }
  return transitions;
}

function shareState(encoder: Encoder, transitions: ByteTransition[]): number {
  const key = `t:${transitions.join(";")}`;
  const known = encoder.shared.get(key);
  if (known !== undefined) return known;
  const state = addState(encoder);
  encoder.shared.set(key, state);
  (encoder.drafts[state] as ByteStateDraft).transitions = transitions;
  return state;
}

const plainJsonRanges = [
  [0x20, 0x21],
  [0x23, 0x5b],
  [0x5d, 0x7f],
] as const;

function encodeJsonAscii(encoder: Encoder, edges: readonly CharacterEdge[]): ByteTransition[] {
  const transitions: ByteTransition[] = plainJsonRanges.flatMap(([low, high]) => clip(edges, low, high));
  const escapes = encodeEscapes(encoder, edges);
  if (escapes.length > 0) transitions.push([0x5c, 0x5c, shareState(encoder, escapes)]);
  return transitions;
}

/**
 * An automaton over the bytes of the texts of `automaton`.
 * @returns undefined when it accepts no text
 * @throws AutomatonTooLarge when that needs too many states
 */
export function encodeCharacters(automaton: CharacterAutomaton, encoding: TextEncoding): ByteAutomaton | undefined {
  const encoder: Encoder = { drafts: [], shared: new Map(), alike: new Map() };
  for (const { accepts } of automaton) {
    const state = addState(encoder);
    (encoder.drafts[state] as ByteStateDraft).accepts = accepts && encoding === "raw";
  }
  const closed = encoding === "json" ? addState(encoder) : -1;
  if (closed !== -1) (encoder.drafts[closed] as ByteStateDraft).accepts = true;
  for (const [state, { accepts, edges }] of automaton.entries()) {
    const transitions = encoding === "raw" ? [...clip(edges, 0, 0x7f)] : encodeJsonAscii(encoder, edges);
    if (accepts && closed !== -1) transitions.push([0x22, 0x22, closed]);
    (encoder.drafts[state] as ByteStateDraft).transitions = [...transitions, ...encodeWide(encoder, edges)];
  }
  return buildByteAutomaton(encoder.drafts);
}
