import type { Memory } from "../memory.ts";
import type { FieldCondition, MetadataFilter, MetadataValue } from "./metadata-filter.ts";
import { parseMoment } from "./parse-metadata-filter.ts";

/**
 * What filters see of a memory: its metadata, and over them its own facts under Mem0's names. Metadata cannot pretend to
 * be one of these, so that nobody's memory passes for another's. It is also the payload of a point in Qdrant.
 * @source https://github.com/mem0ai/mem0, mem0/memory/main.py: names of the payload
 */
export function toFilterable(memory: Memory): Record<string, unknown> {
  return {
    ...memory.metadata,
    data: memory.text,
    hash: memory.hash,
    user_id: memory.userId,
    agent_id: memory.agentId,
    run_id: memory.runId,
    role: memory.role,
    expiration_date: memory.expiresOn,
    created_at: memory.createdAt.toISOString(),
    updated_at: memory.updatedAt.toISOString(),
  };
}

/** Whether a memory fulfils a filter. What both stores compute in their own language; what they cannot is asked here. */
export function matchesMetadata(filter: MetadataFilter, fields: Readonly<Record<string, unknown>>): boolean {
  if ("all" in filter) return filter.all.every((part) => matchesMetadata(part, fields));
  if ("any" in filter) return filter.any.some((part) => matchesMetadata(part, fields));
  if ("not" in filter) return !matchesMetadata(filter.not, fields);
  const value = Object.hasOwn(fields, filter.field) ? fields[filter.field] : null;
  const values = (Array.isArray(value) ? (value as unknown[]) : [value]).filter((item) => item !== null && item !== undefined);
  return values.length > 0 && matchesField(filter, values);
}

function matchesField(condition: FieldCondition, values: readonly unknown[]): boolean {
  switch (condition.operator) {
    case "exists":
      return true;
    case "eq":
      return values.includes(condition.value);
    case "ne":
      return !values.includes(condition.value);
    case "in":
      return values.some((value) => condition.values.includes(value as MetadataValue));
    case "nin":
      return !values.some((value) => condition.values.includes(value as MetadataValue));
    case "contains":
      return values.some((value) => typeof value === "string" && value.includes(condition.value));
    case "icontains": {
      const wanted = condition.value.toLowerCase();
      return values.some((value) => typeof value === "string" && value.toLowerCase().includes(wanted));
    }
    default: {
      const { operator, value: bound } = condition;
      const compare = {
        gt: (a: number, b: number) => a > b,
        gte: (a: number, b: number) => a >= b,
        lt: (a: number, b: number) => a < b,
        lte: (a: number, b: number) => a <= b,
      }[operator];
      const limit = toNumber(bound, typeof bound);
      return values.some((value) => {
        const number = toNumber(value, typeof bound);
        return number !== undefined && limit !== undefined && compare(number, limit);
      });
    }
  }
}

/** Numbers are compared with numbers and moments with moments; anything else is not comparable. */
function toNumber(value: unknown, type: string): number | undefined {
  if (type === "number") return typeof value === "number" ? value : undefined;
  return typeof value === "string" ? parseMoment(value) : undefined;
}
