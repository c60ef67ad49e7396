/** A token and where it came from. */
export interface LocatedToken {
  id: number;
  /** The token as the vocabulary spells it. */
  token: string;
  /** Characters (code points) of the text it covers: from `start` up to, not including, `stop`. */
  start: number;
  stop: number;
}

/** A text on its way to token ids; made for texts so long that they must not be read in one go. */
export interface TokenScan {
  /** Ids found so far, special tokens not included. */
  readonly ids: readonly number[];
  /** Reads on for about so many UTF-16 units; true when the text is finished. */
  advance(maxLength: number): boolean;
}

/** Text to token ids and back. Any string is fine: NUL, control characters and lone surrogates are dropped or unknown. */
export interface Tokenizer {
  /** Special tokens before and after every text, [CLS] and [SEP] for BERT. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  /** Ids are 0 .. vocabularySize - 1. */
  readonly vocabularySize: number;
  scan(text: string): TokenScan;
  /** Tokens with their places, special tokens not included. Reads the text in one go. */
  locate(text: string): LocatedToken[];
  /** The vocabulary's spelling; undefined for an unknown id. */
  tokenOf(id: number): string | undefined;
  /** @throws CodedError invalid_request for an id outside the vocabulary. */
  decode(ids: readonly number[], options: { skipSpecialTokens: boolean }): string;
}
