import { CodedError } from "@repo/contracts/coded-error";

/** Bounds how many requests are worked on at once; the queue behind it counts tokens, this counts everything else. */
export class Admission {
  readonly maxConcurrent: number;
  #running = 0;

  constructor(maxConcurrent: number) {
    this.maxConcurrent = maxConcurrent;
  }

  get running(): number {
    return this.#running;
  }

  /**
   * Takes a place; call the result to give it back.
   * @throws CodedError overloaded
   */
  enter(): () => void {
    if (this.#running >= this.maxConcurrent) {
      throw new CodedError("overloaded", `The server is already answering ${this.maxConcurrent} requests.`, { retryAfterMs: 1000 });
    }
    this.#running += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#running -= 1;
    };
  }
}
