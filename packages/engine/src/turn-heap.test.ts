import { expect, test } from "vitest";
import { createTurnHeap, type Turn } from "./turn-heap.ts";

test("whatever is pushed, grown and removed, the least served is next and equals keep their order of arrival", () => {
  const heap = createTurnHeap<Turn>();
  const inside: Turn[] = [];
  let seed = 7;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed % below;
  };
  for (let step = 0; step < 3000; step += 1) {
    const action = random(4);
    const turn = inside[random(Math.max(1, inside.length))];
    if (action < 2 || turn === undefined) {
      const created = { virtualTokens: random(50), sequence: step, heapIndex: -1 };
      heap.push(created);
      inside.push(created);
    } else if (action === 2) {
      turn.virtualTokens += random(30);
      heap.grown(turn);
    } else {
      heap.remove(turn);
      inside.splice(inside.indexOf(turn), 1);
    }
    const [expected] = inside.toSorted((a, b) => a.virtualTokens - b.virtualTokens || a.sequence - b.sequence);
    expect(heap.peek()).toBe(expected);
    expect(heap.size).toBe(inside.length);
    expect(inside.every(({ heapIndex }) => heapIndex >= 0)).toBe(true);
  }
});
