/** A JSON answer that is already bytes: what a handler returns where JSON.stringify would hold the event loop. */
export class EncodedJson {
  readonly #parts: readonly Uint8Array[];

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts;
  }

  /** The whole text, UTF-8. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const [first] = this.#parts;
    return this.#parts.length === 1 && first !== undefined ? (first as Uint8Array<ArrayBuffer>) : Buffer.concat(this.#parts);
  }
}
