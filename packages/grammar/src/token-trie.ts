/**
 * The tokens of a vocabulary as a tree over their bytes, flattened in depth-first order: walking it is counting up, and
 * skipping a branch is jumping to its end. Node 0 is the root.
 */
export interface TokenTrie {
  nodeCount: number;
  /** The byte that leads to a node. */
  byteOf: Uint8Array;
  /** Bytes from the root; the root has 0. */
  depthOf: Uint16Array;
  /** The first node behind a node's branch. */
  endOf: Int32Array;
  /** Tokens that end at node n: tokens[tokenOffsets[n]] to tokens[tokenOffsets[n + 1] - 1]. */
  tokenOffsets: Int32Array;
  tokens: Int32Array;
  /** Bytes of the longest token. */
  deepest: number;
  /** Children of the root by byte, 0 where there is none: the root has too many to look through. */
  first: Int32Array;
}

/** A longer token is left out; it could only be reached byte by byte anyway. */
const longestTokenBytes = 1024;

/** The tree while it grows: nodes in the order of their creation, siblings and tokens as linked lists. */
interface GrowingTrie {
  count: number;
  byteOf: Uint8Array;
  /** 0 where there is none. */
  firstChild: Int32Array;
  nextSibling: Int32Array;
  /** -1 where there is none. */
  firstToken: Int32Array;
  nextToken: Int32Array;
}

/** The child of `node` that `byte` leads to, added in its place among its siblings when it is new. */
function growChild(trie: GrowingTrie, node: number, byte: number): number {
  const { byteOf, firstChild, nextSibling } = trie;
  let before = 0;
  let child = firstChild[node] as number;
  while (child !== 0 && (byteOf[child] as number) < byte) {
    before = child;
    child = nextSibling[child] as number;
  }
  if (child !== 0 && byteOf[child] === byte) return child;
  const added = trie.count;
  trie.count += 1;
  byteOf[added] = byte;
  nextSibling[added] = child;
  if (before === 0) firstChild[node] = added;
  else nextSibling[before] = added;
  return added;
}

function flatten({ count, byteOf, firstChild, nextSibling, firstToken, nextToken }: GrowingTrie, tokenCount: number): TokenTrie {
  const trie: TokenTrie = {
    nodeCount: count,
    byteOf: new Uint8Array(count),
    depthOf: new Uint16Array(count),
    endOf: new Int32Array(count),
    tokenOffsets: new Int32Array(count + 1),
    tokens: new Int32Array(tokenCount),
    deepest: 0,
    first: new Int32Array(256),
  };
  let next = 0;
  let tokens = 0;
  const path: { grown: number; flat: number }[] = [];
  let grown = 0;
  for (;;) {
    const flat = next;
    next += 1;
    trie.byteOf[flat] = byteOf[grown] as number;
    trie.depthOf[flat] = path.length;
    trie.deepest = Math.max(trie.deepest, path.length);
    if (path.length === 1) trie.first[byteOf[grown] as number] = flat;
    trie.tokenOffsets[flat] = tokens;
    for (let token = firstToken[grown] as number; token !== -1; token = nextToken[token] as number) {
      trie.tokens[tokens] = token;
      tokens += 1;
    }
    path.push({ grown, flat });
    let following = firstChild[grown] as number;
    // Back to the nearest node on the way that has another sibling.
    while (following === 0) {
      const done = path.pop();
      if (done === undefined) break;
      trie.endOf[done.flat] = next;
      following = nextSibling[done.grown] as number;
    }
    if (following === 0) break;
    grown = following;
  }
  trie.tokenOffsets[count] = tokens;
  return trie;
}

/** Builds the tree of the tokens that `bytesOf` gives bytes for. */
export function buildTokenTrie(size: number, bytesOf: (token: number) => Uint8Array | undefined): TokenTrie {
  const isUsable = (bytes: Uint8Array | undefined): bytes is Uint8Array =>
    bytes !== undefined && bytes.length > 0 && bytes.length <= longestTokenBytes;
  let capacity = 1;
  for (let token = 0; token < size; token += 1) {
    const bytes = bytesOf(token);
    if (isUsable(bytes)) capacity += bytes.length;
  }
  const growing: GrowingTrie = {
    count: 1,
    byteOf: new Uint8Array(capacity),
    firstChild: new Int32Array(capacity),
    nextSibling: new Int32Array(capacity),
    firstToken: new Int32Array(capacity).fill(-1),
    nextToken: new Int32Array(size).fill(-1),
  };
  let tokenCount = 0;
  // Backwards, so that tokens of equal bytes are listed in ascending order.
  for (let token = size - 1; token >= 0; token -= 1) {
    const bytes = bytesOf(token);
    if (!isUsable(bytes)) continue;
    let node = 0;
    for (const byte of bytes) node = growChild(growing, node, byte);
    growing.nextToken[token] = growing.firstToken[node] as number;
    growing.firstToken[node] = token;
    tokenCount += 1;
  }
  return flatten(growing, tokenCount);
}

/** The child of `node` that `byte` leads to; -1 when there is none. */
export function findChild(trie: TokenTrie, node: number, byte: number): number {
  if (node === 0) return trie.first[byte] || -1;
  const end = trie.endOf[node] as number;
  for (let child = node + 1; child < end; child = trie.endOf[child] as number) {
    const at = trie.byteOf[child] as number;
    if (at === byte) return child;
    if (at > byte) return -1;
  }
  return -1;
}
