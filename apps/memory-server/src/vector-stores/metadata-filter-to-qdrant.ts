import type { Schemas } from "@qdrant/js-client-rest";
import type { MemoryScope } from "../memory-scope.ts";
import type { FieldCondition, MetadataFilter, MetadataValue } from "./metadata-filter.ts";
import { parseMoment } from "./parse-metadata-filter.ts";

type Filter = Schemas["Filter"];
type Condition = Schemas["Condition"];

/** A filter in two parts: what Qdrant computes, and what it cannot (contains, icontains), to be asked of the payloads it answers. */
export interface SplitFilter {
  qdrant: Condition[];
  rest: MetadataFilter | undefined;
}

/** Splits a filter at its outermost AND. */
export function splitFilter(filter: MetadataFilter): SplitFilter {
  const parts = "all" in filter ? filter.all : [filter];
  const rest = parts.filter((part) => !isComputable(part));
  return { qdrant: parts.filter(isComputable).map(toCondition), rest: rest.length === 0 ? undefined : { all: rest } };
}

/** The scope, and that the last day is not over, as conditions on the payload. */
export function toScopeConditions(scope: MemoryScope, today: string | undefined): Condition[] {
  const ids = { user_id: scope.userId, agent_id: scope.agentId, run_id: scope.runId };
  const conditions: Condition[] = Object.entries(ids).flatMap(([key, value]) => (value === undefined ? [] : [{ key, match: { value } }]));
  if (today !== undefined) {
    const key = "expiration_date";
    conditions.push({ should: [{ is_empty: { key } }, { key, range: { gte: `${today}T00:00:00Z` } }] });
  }
  return conditions;
}

/** Qdrant has no substring match: its match on text is one of whole words, ignoring case (tried with its engine). */
function isComputable(filter: MetadataFilter): boolean {
  if ("all" in filter) return filter.all.every(isComputable);
  if ("any" in filter) return filter.any.every(isComputable);
  if ("not" in filter) return isComputable(filter.not);
  return filter.operator !== "contains" && filter.operator !== "icontains";
}

function toCondition(filter: MetadataFilter): Condition {
  if ("all" in filter) return { must: filter.all.map(toCondition) };
  // An empty `should` is no condition at all for Qdrant, and `any` of nothing is false.
  if ("any" in filter) return filter.any.length === 0 ? nothing : { should: filter.any.map(toCondition) };
  if ("not" in filter) return { must_not: [toCondition(filter.not)] };
  return toFieldCondition(filter);
}

const nothing: Filter = { must: [{ has_id: [] }] };

function toFieldCondition(condition: FieldCondition): Condition {
  const { operator } = condition;
  // Anything but letters, digits, _ and - is a path to Qdrant unless it is quoted.
  const key = /^[\w-]+$/.test(condition.field) ? condition.field : `"${condition.field}"`;
  const exists: Condition = { must_not: [{ is_empty: { key } }] };
  switch (operator) {
    case "exists":
      return exists;
    case "eq":
      return isAmong(key, [condition.value]);
    case "ne":
      return { must: [exists], must_not: [isAmong(key, [condition.value])] };
    case "in":
      return isAmong(key, condition.values);
    case "nin":
      return { must: [exists], must_not: [isAmong(key, condition.values)] };
    case "contains":
    case "icontains":
      throw new Error("Not Qdrant's to compute; splitFilter keeps it.");
    default: {
      const { value } = condition;
      const bound = typeof value === "number" ? value : new Date(parseMoment(value) ?? Number.NaN).toISOString();
      return { key, range: { [operator]: bound } };
    }
  }
}

/** Numbers as ranges: Qdrant's match knows integers only, and 3 and 3.0 are the same number. */
function isAmong(key: string, values: readonly MetadataValue[]): Condition {
  const strings = values.filter((value) => typeof value === "string");
  const others = values.filter((value) => typeof value !== "string");
  const should: Condition[] = others.map((value) =>
    typeof value === "number" ? { key, range: { gte: value, lte: value } } : { key, match: { value } },
  );
  if (strings.length > 0)
    should.push({ key, match: strings.length === 1 && strings[0] !== undefined ? { value: strings[0] } : { any: strings } });
  if (should.length === 0) return nothing;
  return should.length === 1 && should[0] !== undefined ? should[0] : { should };
}
