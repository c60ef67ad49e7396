import { createLengthBuckets, type LengthBuckets } from "./length-buckets.ts";
import { createTurnHeap, type Turn } from "./turn-heap.ts";

/** One item in the queue. */
export interface QueuedItem<Input> {
  readonly input: Input;
  readonly tokens: number;
  /** Position in its request. */
  readonly index: number;
  readonly request: PickableRequest<Input>;
  /** In the queue, put back after a failed batch, or neither (running, done or dropped). */
  state: "waiting" | "replaying" | "out";
  /** Times a batch with this item failed; the second failure is final. */
  failures: number;
  previous: QueuedItem<Input> | undefined;
  next: QueuedItem<Input> | undefined;
}

/** What the picker keeps per request. */
export interface PickableRequest<Input> extends Turn {
  /** Longest first, so that an item's neighbours in this list are the closest lengths. */
  items: QueuedItem<Input>[];
  /** Everything before it in `items` has left the queue. */
  cursor: number;
  waitingItems: number;
  /** Whether the whole request is no larger than one batch. */
  isShort: boolean;
}

/** Bounds of a batch. */
export interface BatchLimits {
  /** Rows times longest row. */
  maxBatchTokens: number;
  /** Largest share of padding, 0..1. */
  maxWaste: number;
}

/** A batch that was picked. */
export interface PickedBatch<Input> {
  items: QueuedItem<Input>[];
  tokens: number;
  /** Longest item. */
  width: number;
}

/** The waiting items and the choice of the next batch among them. See batch-queue.md for why it chooses so. */
export interface BatchPicker<Input> {
  readonly requests: number;
  readonly items: number;
  readonly tokens: number;
  add(request: PickableRequest<Input>): void;
  /** Takes out whatever of `request` still waits. */
  remove(request: PickableRequest<Input>): void;
  /** Puts one item back; it runs before anything else, and alone when `isAlone`. */
  replay(item: QueuedItem<Input>, isAlone: boolean): void;
  take(): PickedBatch<Input> | undefined;
}

/** Makes an empty picker. */
export function createBatchPicker<Input>(limits: BatchLimits): BatchPicker<Input> {
  type Item = QueuedItem<Input>;
  type Replay = { item: Item; isAlone: boolean };
  const turns = createTurnHeap<PickableRequest<Input>>();
  const shortItems = createLengthBuckets<Item>();
  const longItems = createLengthBuckets<Item>();
  const replays: Replay[] = [];
  let items = 0;
  let tokens = 0;

  const bucketsOf = (request: PickableRequest<Input>) => (request.isShort ? shortItems : longItems);

  function fits(batch: PickedBatch<Input>, itemTokens: number): boolean {
    const padded = Math.max(batch.width, itemTokens) * (batch.items.length + 1);
    return padded <= limits.maxBatchTokens && batch.tokens + itemTokens >= (1 - limits.maxWaste) * padded;
  }

  function leave(item: Item): void {
    item.state = "out";
    items -= 1;
    tokens -= item.tokens;
  }

  function append(batch: PickedBatch<Input>, item: Item): void {
    leave(item);
    batch.items.push(item);
    batch.tokens += item.tokens;
    batch.width = Math.max(batch.width, item.tokens);
  }

  /** Moves `item`, already out of its bucket, into `batch`, and charges its request. */
  function admit(batch: PickedBatch<Input>, item: Item): void {
    append(batch, item);
    const { request } = item;
    request.waitingItems -= 1;
    request.virtualTokens += item.tokens;
    if (request.waitingItems === 0) turns.remove(request);
    else turns.grown(request);
  }

  function fillFrom(buckets: LengthBuckets<Item>, batch: PickedBatch<Input>): void {
    const isFitting = (candidate: number) => fits(batch, candidate);
    while (true) {
      const item = buckets.takeClosest(batch.width, isFitting);
      if (item === undefined) return;
      admit(batch, item);
    }
  }

  function nextOf(request: PickableRequest<Input>): Item | undefined {
    while (request.cursor < request.items.length && request.items[request.cursor]?.state !== "waiting") request.cursor += 1;
    return request.items[request.cursor];
  }

  /** Items of a failed batch, dropped ones skipped; they were charged when they ran the first time. */
  function takeReplay(): PickedBatch<Input> | undefined {
    const batch: PickedBatch<Input> = { items: [], tokens: 0, width: 0 };
    while (replays.length > 0) {
      const { item, isAlone } = replays[0] as Replay;
      if (item.state === "replaying") {
        if (batch.items.length > 0 && (isAlone || !fits(batch, item.tokens))) break;
        append(batch, item);
      }
      replays.shift();
      if (isAlone && batch.items.length > 0) break;
    }
    return batch.items.length > 0 ? batch : undefined;
  }

  return {
    get requests() {
      return turns.size;
    },
    get items() {
      return items;
    },
    get tokens() {
      return tokens;
    },
    add(request) {
      const buckets = bucketsOf(request);
      for (const item of request.items) {
        item.state = "waiting";
        buckets.add(item);
        tokens += item.tokens;
      }
      items += request.items.length;
      request.waitingItems = request.items.length;
      turns.push(request);
    },
    remove(request) {
      const buckets = bucketsOf(request);
      for (const item of request.items) {
        if (item.state === "out") continue;
        if (item.state === "waiting") buckets.remove(item);
        leave(item);
      }
      request.waitingItems = 0;
      if (request.heapIndex !== -1) turns.remove(request);
    },
    replay(item, isAlone) {
      item.state = "replaying";
      items += 1;
      tokens += item.tokens;
      replays.push({ item, isAlone });
    },
    take() {
      const replay = takeReplay();
      if (replay !== undefined) return replay;
      const request = turns.peek();
      if (request === undefined) return undefined;
      const batch: PickedBatch<Input> = { items: [], tokens: 0, width: 0 };
      const buckets = bucketsOf(request);
      for (let item = nextOf(request); item !== undefined; item = nextOf(request)) {
        if (batch.items.length > 0 && !fits(batch, item.tokens)) break;
        buckets.remove(item);
        admit(batch, item);
      }
      // What others wait for rides along where it costs next to nothing; short requests first, they are soon complete.
      fillFrom(shortItems, batch);
      fillFrom(longItems, batch);
      return batch;
    },
  };
}
