/** Something that waits for its turn. `heapIndex` belongs to the heap; -1 while outside. */
export interface Turn {
  /** Work received so far, in virtual tokens; the smallest is served next. */
  virtualTokens: number;
  /** Order of arrival, decides between equals. */
  readonly sequence: number;
  heapIndex: number;
}

/** Binary heap of turns whose keys may grow while they wait. */
export interface TurnHeap<T extends Turn> {
  readonly size: number;
  /** The one whose turn it is. */
  peek(): T | undefined;
  push(turn: T): void;
  remove(turn: T): void;
  /** Restores the order after `virtualTokens` of `turn` grew. */
  grown(turn: T): void;
}

function isBefore(a: Turn, b: Turn): boolean {
  return a.virtualTokens === b.virtualTokens ? a.sequence < b.sequence : a.virtualTokens < b.virtualTokens;
}

/** Makes an empty heap; every operation but peek takes O(log n). */
export function createTurnHeap<T extends Turn>(): TurnHeap<T> {
  const turns: T[] = [];

  function place(turn: T, index: number): void {
    turns[index] = turn;
    turn.heapIndex = index;
  }

  function siftUp(turn: T): void {
    let index = turn.heapIndex;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = turns[parentIndex] as T;
      if (!isBefore(turn, parent)) break;
      place(parent, index);
      index = parentIndex;
    }
    place(turn, index);
  }

  function siftDown(turn: T): void {
    let index = turn.heapIndex;
    while (true) {
      let childIndex = 2 * index + 1;
      const left = turns[childIndex];
      if (left === undefined) break;
      const right = turns[childIndex + 1];
      if (right !== undefined && isBefore(right, left)) childIndex += 1;
      const child = turns[childIndex] as T;
      if (!isBefore(child, turn)) break;
      place(child, index);
      index = childIndex;
    }
    place(turn, index);
  }

  return {
    get size() {
      return turns.length;
    },
    peek: () => turns[0],
    push(turn) {
      place(turn, turns.length);
      siftUp(turn);
    },
    remove(turn) {
      const last = turns.pop() as T;
      const index = turn.heapIndex;
      turn.heapIndex = -1;
      if (last === turn) return;
      place(last, index);
      siftUp(last);
      siftDown(last);
    },
    grown: siftDown,
  };
}
