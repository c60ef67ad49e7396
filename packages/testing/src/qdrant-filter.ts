/** A point of the stand-in for Qdrant. */
export interface QdrantPoint {
  id: string;
  vector: number[];
  payload: Record<string, unknown>;
}

type Json = Record<string, unknown>;

/**
 * Qdrant's filters on one point, as far as our stores use them; a condition that is not known throws, so that a test
 * cannot pass because one was ignored.
 * @source https://qdrant.tech/documentation/concepts/filtering/, and tried against Qdrant's own engine (qdrant-edge-py 0.9.0)
 */
export function fulfilsQdrantFilter(filter: Json, point: QdrantPoint): boolean {
  const list = (key: string): Json[] | undefined => {
    const value = filter[key];
    if (value === undefined || value === null) return undefined;
    return (Array.isArray(value) ? value : [value]) as Json[];
  };
  for (const key of Object.keys(filter)) if (!["must", "must_not", "should"].includes(key)) throw new Error(`unknown filter: ${key}`);
  const [must = [], mustNot = [], should] = [list("must"), list("must_not"), list("should")];
  const isTrue = (condition: Json) => fulfils(condition, point);
  // An empty list is the same as none.
  return must.every(isTrue) && !mustNot.some(isTrue) && (should === undefined || should.length === 0 || should.some(isTrue));
}

function fulfils(condition: Json, point: QdrantPoint): boolean {
  if ("has_id" in condition) return (condition["has_id"] as unknown[]).includes(point.id);
  if ("is_empty" in condition) return valuesAt((condition["is_empty"] as { key: string }).key, point).length === 0;
  if (!("key" in condition)) return fulfilsQdrantFilter(condition, point);
  const { key, ...tests } = condition as { key: string } & Json;
  const values = valuesAt(key, point);
  return Object.entries(tests).every(([name, test]) => {
    if (name === "match") return values.some((value) => isMatch(value, test as Json));
    if (name === "range") return values.some((value) => isInRange(value, test as Json));
    throw new Error(`unknown condition: ${name}`);
  });
}

/** A list counts as each of its elements; null is no value. */
function valuesAt(key: string, { payload }: QdrantPoint): unknown[] {
  const quoted = /^"(.*)"$/.exec(key)?.[1];
  if (quoted === undefined && !/^[\w-]+$/.test(key)) throw new Error(`the key must be quoted: ${key}`);
  const value = payload[quoted ?? key];
  return (Array.isArray(value) ? (value as unknown[]) : [value]).filter((item) => item !== undefined && item !== null);
}

function isMatch(value: unknown, test: Json): boolean {
  if ("value" in test) return value === test["value"];
  if ("any" in test) return (test["any"] as unknown[]).includes(value);
  throw new Error(`unknown match: ${Object.keys(test).join()}`);
}

function isInRange(value: unknown, range: Json): boolean {
  return Object.entries(range).every(([operator, bound]) => {
    const [left, right] = typeof bound === "number" ? [value, bound] : [toMoment(value), toMoment(bound)];
    if (typeof left !== "number" || typeof right !== "number") return false;
    if (operator === "gt") return left > right;
    if (operator === "gte") return left >= right;
    if (operator === "lt") return left < right;
    if (operator === "lte") return left <= right;
    throw new Error(`unknown range: ${operator}`);
  });
}

/** Qdrant reads RFC 3339, with or without time and zone; without one it is UTC. */
function toMoment(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}/.test(value)) return undefined;
  const text = value.length === 10 ? `${value}T00:00:00Z` : /(?:Z|[+-]\d{2}:?\d{2})$/.test(value) ? value : `${value}Z`;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : moment;
}
