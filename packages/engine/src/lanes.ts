/** The workers as the queue sees them: places where batches run. */
export interface Lanes {
  readonly count: number;
  /** Batches that are running, on all lanes. */
  readonly running: number;
  /** The available lane with the fewest batches, if that is under `limit`; -1 when there is none. */
  pick(limit: number): number;
  begin(lane: number): void;
  end(lane: number): void;
  /** @throws RangeError when there is no such lane. */
  setAvailable(lane: number, isAvailable: boolean): void;
}

/** Makes `count` lanes, all available and idle. */
export function createLanes(count: number): Lanes {
  const lanes = Array.from({ length: count }, () => ({ isAvailable: true, running: 0 }));
  let running = 0;

  function at(index: number): (typeof lanes)[number] {
    const lane = lanes[index];
    if (lane === undefined) throw new RangeError(`There is no lane ${index}.`);
    return lane;
  }

  return {
    count,
    get running() {
      return running;
    },
    pick(limit) {
      let best = -1;
      let fewest = limit;
      for (const [index, lane] of lanes.entries()) {
        if (!lane.isAvailable || lane.running >= fewest) continue;
        best = index;
        fewest = lane.running;
      }
      return best;
    },
    begin(index) {
      at(index).running += 1;
      running += 1;
    },
    end(index) {
      at(index).running -= 1;
      running -= 1;
    },
    setAvailable(index, isAvailable) {
      at(index).isAvailable = isAvailable;
    },
  };
}
