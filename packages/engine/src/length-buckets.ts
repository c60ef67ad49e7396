/** A node that can wait in a bucket; the links belong to the bucket while it does. */
export interface BucketNode<Self> {
  readonly tokens: number;
  previous: Self | undefined;
  next: Self | undefined;
}

/** Waiting items by length: first in first out within a length, every operation independent of how many wait. */
export interface LengthBuckets<Node extends BucketNode<Node>> {
  /** Puts `node` behind the others of its length. */
  add(node: Node): void;
  /** Takes `node` out; it must be waiting here. */
  remove(node: Node): void;
  /**
   * Takes out the item whose length is closest to `tokens` among those that `fits` accepts.
   * `fits` must be monotone: when a length is refused, lengths farther away on the same side are refused too.
   */
  takeClosest(tokens: number, fits: (tokens: number) => boolean): Node | undefined;
}

/** Makes empty buckets. */
export function createLengthBuckets<Node extends BucketNode<Node>>(): LengthBuckets<Node> {
  const heads: (Node | undefined)[] = [];
  const tails: (Node | undefined)[] = [];
  let longest = 0;

  function remove(node: Node): void {
    if (node.previous === undefined) heads[node.tokens] = node.next;
    else node.previous.next = node.next;
    if (node.next === undefined) tails[node.tokens] = node.previous;
    else node.next.previous = node.previous;
    node.previous = undefined;
    node.next = undefined;
  }

  return {
    add(node) {
      while (longest < node.tokens) {
        longest += 1;
        heads[longest] = undefined;
        tails[longest] = undefined;
      }
      const tail = tails[node.tokens];
      node.previous = tail;
      if (tail === undefined) heads[node.tokens] = node;
      else tail.next = node;
      tails[node.tokens] = node;
    },
    remove,
    takeClosest(tokens, fits) {
      let shorter = tokens;
      let longer = tokens + 1;
      while (true) {
        const isShorterOpen = shorter >= 1 && fits(shorter);
        const isLongerOpen = longer <= longest && fits(longer);
        if (!isShorterOpen && !isLongerOpen) return undefined;
        // On equal distance the shorter one goes first: it pads only itself, a longer one pads the whole batch.
        const isShorterNearer = isShorterOpen && (!isLongerOpen || tokens - shorter <= longer - tokens);
        const node = heads[isShorterNearer ? shorter : longer];
        if (node !== undefined) {
          remove(node);
          return node;
        }
        if (isShorterNearer) shorter -= 1;
        else longer += 1;
      }
    },
  };
}
