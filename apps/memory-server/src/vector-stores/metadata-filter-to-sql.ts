import { sql, type SQL } from "drizzle-orm";
import { memories } from "../schema.ts";
import type { FieldCondition, MetadataFilter } from "./metadata-filter.ts";
import { parseMoment } from "./parse-metadata-filter.ts";

/** Fields that are columns, under Mem0's names; metadata of the same name are hidden by them. */
const columns: Record<string, SQL> = {
  data: sql`to_jsonb(${memories.text})`,
  hash: sql`to_jsonb(${memories.hash})`,
  expiration_date: sql`to_jsonb(${memories.expiresOn})`,
  user_id: sql`to_jsonb(${memories.userId})`,
  agent_id: sql`to_jsonb(${memories.agentId})`,
  run_id: sql`to_jsonb(${memories.runId})`,
  role: sql`to_jsonb(${memories.role})`,
  created_at: sql`to_jsonb(to_char(${memories.createdAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`,
  updated_at: sql`to_jsonb(to_char(${memories.updatedAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`,
};

/** The same form as in parseMoment, in PostgreSQL's expressions. */
const momentPattern = "^\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:?\\d{2})?)?$";

/**
 * A filter as a condition on rows of `memories`; true or false, never null, so that NOT means the opposite.
 * Needs PostgreSQL 16: a string in the metadata may look like a date and be none, and must not fail the query.
 */
export function toSqlCondition(filter: MetadataFilter): SQL {
  if ("all" in filter) return sql`(${join(filter.all, sql` and `, sql`true`)})`;
  if ("any" in filter) return sql`(${join(filter.any, sql` or `, sql`false`)})`;
  if ("not" in filter) return sql`(not ${toSqlCondition(filter.not)})`;
  return sql`coalesce(${toFieldCondition(filter)}, false)`;
}

function join(parts: readonly MetadataFilter[], separator: SQL, empty: SQL): SQL {
  return parts.length === 0 ? empty : sql.join(parts.map(toSqlCondition), separator);
}

function toFieldCondition(condition: FieldCondition): SQL {
  const { field, operator } = condition;
  const value = Object.hasOwn(columns, field) ? columns[field] : sql`(${memories.metadata} -> ${field}::text)`;
  // A path in lax mode reads a single value as a list of one.
  const exists = sql`jsonb_path_exists(${value}, '$[*] ? (@ != null)')`;
  const some = (test: SQL) => sql`exists (select from jsonb_path_query(${value}, '$[*] ? (@ != null)') item where ${test})`;
  const isAmong = (values: readonly unknown[]) => some(sql`item in (select jsonb_array_elements(${JSON.stringify(values)}::jsonb))`);
  switch (operator) {
    case "exists":
      return exists;
    case "eq":
      return isAmong([condition.value]);
    case "ne":
      return sql`(${exists} and not ${isAmong([condition.value])})`;
    case "in":
      return isAmong(condition.values);
    case "nin":
      return sql`(${exists} and not ${isAmong(condition.values)})`;
    case "contains":
      return some(sql`jsonb_typeof(item) = 'string' and strpos(item #>> '{}', ${condition.value}::text) > 0`);
    case "icontains":
      return some(sql`jsonb_typeof(item) = 'string' and strpos(lower(item #>> '{}'), ${condition.value.toLowerCase()}::text) > 0`);
    default: {
      const sign = sql.raw({ gt: ">", gte: ">=", lt: "<", lte: "<=" }[operator]);
      if (typeof condition.value === "number") {
        return some(sql`case when jsonb_typeof(item) = 'number' then item::numeric ${sign} ${String(condition.value)}::numeric end`);
      }
      return some(sql`case when ${isMoment} then ${asMoment}::timestamptz ${sign} ${toIso(condition.value)}::timestamptz end`);
    }
  }
}

/** The text of `item` with a zone, so that the server's own does not matter. */
const asMoment = sql`((item #>> '{}') || case when (item #>> '{}') ~ '\\d{2}:\\d{2}.*(Z|[+-]\\d{2}:?\\d{2})$' then '' else ' UTC' end)`;
// CASE and not AND: nothing else fixes the order in which PostgreSQL looks.
const isMoment = sql`case when jsonb_typeof(item) = 'string' and (item #>> '{}') ~ ${sql.raw(`'${momentPattern}'`)} then pg_input_is_valid(${asMoment}, 'timestamptz') else false end`;

function toIso(moment: string): string {
  return new Date(parseMoment(moment) ?? Number.NaN).toISOString();
}
