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

/** Builds the tree of the tokens that `bytesOf` gives bytes for, in O(size log size). */
export function buildTokenTrie(size: number, bytesOf: (token: number) => Uint8Array | undefined): TokenTrie {
  // Strings of one character per byte sort as the bytes do, and far quicker than arrays.
  const texts: [text: string, token: number][] = [];
  for (let token = 0; token < size; token += 1) {
    const bytes = bytesOf(token);
    if (bytes === undefined || bytes.length === 0 || bytes.length > longestTokenBytes) continue;
    texts.push([String.fromCharCode(...bytes), token]);
  }
  texts.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const capacity = texts.reduce((sum, [text]) => sum + text.length, 1);
  const byteOf = new Uint8Array(capacity);
  const depthOf = new Uint16Array(capacity);
  const endOf = new Int32Array(capacity);
  const tokenOffsets = new Int32Array(capacity + 1);
  let nodeCount = 1;
  let before = "";
  /** Nodes on the way to the previous token. */
  const path = [0];
  for (const [index, [text]] of texts.entries()) {
    let shared = 0;
    while (shared < before.length && shared < text.length && before.charCodeAt(shared) === text.charCodeAt(shared)) shared += 1;
    while (path.length > shared + 1) endOf[path.pop() as number] = nodeCount;
    for (let depth = shared; depth < text.length; depth += 1) {
      byteOf[nodeCount] = text.charCodeAt(depth);
      depthOf[nodeCount] = depth + 1;
      tokenOffsets[nodeCount] = index;
      path.push(nodeCount);
      nodeCount += 1;
    }
    // Nodes up to this one have their tokens before the next text's.
    tokenOffsets[nodeCount] = index + 1;
    before = text;
  }
  while (path.length > 0) endOf[path.pop() as number] = nodeCount;
  const first = new Int32Array(256);
  for (let child = 1; child < nodeCount; child = endOf[child] as number) first[byteOf[child] as number] = child;
  return {
    first,
    nodeCount,
    byteOf: byteOf.slice(0, nodeCount),
    depthOf: depthOf.slice(0, nodeCount),
    endOf: endOf.slice(0, nodeCount),
    tokenOffsets: tokenOffsets.slice(0, nodeCount + 1),
    tokens: Int32Array.from(texts, ([, token]) => token),
    deepest: texts.reduce((most, [text]) => Math.max(most, text.length), 0),
  };
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
