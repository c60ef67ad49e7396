/** Letters by how often they are written, the usual ones several times. */
const letters = Array.from("eeeeetttaaaooiinnsshhrrddlluucmmwfgypbvk");

/**
 * A byte-level tokenizer of `size` tokens that were never trained: single bytes, then what joins two earlier ones, mostly
 * words and parts of words with a space in front or not. Grammars meet a vocabulary of the usual size and kind.
 */
export function makeTokenizer(size: number): unknown {
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const controls = ["<|endoftext|>", "<|im_end|>"];
  const vocab: Record<string, number> = {};
  for (const [id, content] of controls.entries()) vocab[content] = id;
  let next = 0x100;
  for (let byte = 0; byte < 256; byte += 1) {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    vocab[String.fromCharCode(isPrintable ? byte : next)] = controls.length + byte;
    if (!isPrintable) next += 1;
  }
  const signs = ['"', "{", "}", "[", "]", ":", ",", ".", "-", "1", "2", "0", "\u0120"];
  const pieces = [...letters, ...signs, "\u0120"];
  const merges: string[] = [];
  while (controls.length + 256 + merges.length < size) {
    const left = pieces[random(pieces.length)] as string;
    const right = pieces[random(pieces.length)] as string;
    const joined = left + right;
    if (joined.length > 10 || vocab[joined] !== undefined || right.startsWith("\u0120")) continue;
    vocab[joined] = controls.length + 256 + merges.length;
    merges.push(`${left} ${right}`);
    pieces.push(joined);
  }
  const special = (content: string, id: number) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: controls.map(special),
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab,
      merges,
    },
  };
}
