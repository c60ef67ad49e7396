import { CodedError } from "@repo/contracts/coded-error";
import type { MetadataFilter, MetadataValue } from "./metadata-filter.ts";

const operators = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "contains", "icontains"] as const;
type Operator = (typeof operators)[number];

/** Filters come from the network: a tree that is deeper or larger than this is somebody's mistake, or an attack. */
const maxDepth = 8;
const maxConditions = 100;
const maxListLength = 1_000;

/** A date, or a moment in ISO 8601; without a zone it is UTC. */
const isoMoment = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Milliseconds since the epoch of a date or moment as metadata have it, UTC where it names no zone; undefined when it is
 * neither, or not one that exists.
 */
export function parseMoment(text: string): number | undefined {
  if (!isoMoment.test(text)) return undefined;
  const date = text.slice(0, 10);
  const time = text.slice(11);
  const zone = /(?:Z|[+-]\d{2}:?\d{2})$/.test(time) ? "" : "Z";
  const moment = Date.parse(`${date}T${time === "" ? "00:00" : time}${zone}`);
  // JavaScript takes 30 February for 1 March.
  return Number.isNaN(moment) || new Date(`${date}T00:00Z`).getUTCDate() !== Number(date.slice(8)) ? undefined : moment;
}

function refuse(path: string, message: string): CodedError {
  return new CodedError("invalid_request", `${path}: ${message}`, { details: { field: path } });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isValue(value: unknown): value is MetadataValue {
  return typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}

function parseValue(value: unknown, path: string): MetadataValue {
  if (isValue(value)) return typeof value === "string" ? value.replaceAll("\0", "").toWellFormed() : value;
  throw refuse(
    path,
    value === null ? 'null is no value; {"NOT": [{"field": "*"}]} finds what has none.' : "must be a string, a number or a boolean.",
  );
}

function parseList(value: unknown, path: string): MetadataValue[] {
  if (!Array.isArray(value)) throw refuse(path, "must be a list.");
  if (value.length > maxListLength) throw refuse(path, `has more than ${maxListLength} values.`);
  return value.map((item, index) => parseValue(item, `${path}.${index}`));
}

function parseOperator(field: string, operator: Operator, value: unknown, path: string): MetadataFilter {
  switch (operator) {
    case "in":
    case "nin":
      return { field, operator, values: parseList(value, path) };
    case "eq":
    case "ne":
      return { field, operator, value: parseValue(value, path) };
    case "contains":
    case "icontains": {
      const text = parseValue(value, path);
      if (typeof text !== "string" || text === "") throw refuse(path, "must be a string that is not empty.");
      return { field, operator, value: text };
    }
    default: {
      const bound = parseValue(value, path);
      if (typeof bound === "number" || (typeof bound === "string" && parseMoment(bound) !== undefined))
        return { field, operator, value: bound };
      throw refuse(path, "must be a number, or a date or moment such as 2026-11-21 or 2026-11-21T09:30:00Z.");
    }
  }
}

function parseField(field: string, condition: unknown, path: string): MetadataFilter {
  // A path, a quote or a bracket means something to one store and nothing to the other.
  if (!/^[\p{L}\p{N}_ -]{1,100}$/u.test(field)) throw refuse(path, "a field's name has letters, digits, spaces, _ and -, at most 100.");
  if (condition === "*") return { field, operator: "exists" };
  if (Array.isArray(condition)) return { field, operator: "in", values: parseList(condition, path) };
  if (!isObject(condition)) return { field, operator: "eq", value: parseValue(condition, path) };
  const entries = Object.entries(condition);
  if (entries.length === 0) throw refuse(path, `needs an operator: ${operators.join(", ")}.`);
  const all = entries.map(([name, value]) => {
    const operator = operators.find((known) => known === name);
    if (operator === undefined) throw refuse(`${path}.${name}`, `is no operator; there are ${operators.join(", ")}.`);
    return parseOperator(field, operator, value, `${path}.${name}`);
  });
  return all.length === 1 && all[0] !== undefined ? all[0] : { all };
}

/**
 * Reads a filter as Mem0 writes it: `{"category": "food", "stars": {"gte": 4}, "OR": [{...}, {...}], "NOT": [{...}],
 * "tag": "*"}`; neighbours are joined by AND, and the items of NOT by OR before they are turned round. `$and`, `$or` and
 * `$not` are taken as well. A list stands for `in`.
 * @source https://docs.mem0.ai/open-source/features/metadata-filtering
 * @param path how the filter is named in errors
 * @throws invalid_request naming the place, for anything that is not a filter
 */
export function parseMetadataFilter(value: unknown, path = "filters"): MetadataFilter {
  let conditions = 0;
  const parse = (node: unknown, where: string, depth: number): MetadataFilter => {
    if (!isObject(node)) throw refuse(where, "must be an object of fields and conditions.");
    if (depth > maxDepth) throw refuse(where, `is nested more than ${maxDepth} deep.`);
    const parseAll = (items: unknown, inner: string): MetadataFilter[] => {
      if (!Array.isArray(items) || items.length === 0) throw refuse(inner, "must be a list with at least one filter.");
      return items.map((item, index) => parse(item, `${inner}.${index}`, depth + 1));
    };
    const parts = Object.entries(node).map(([key, item]): MetadataFilter => {
      conditions += 1;
      if (conditions > maxConditions) throw refuse(path, `has more than ${maxConditions} conditions.`);
      const inner = `${where}.${key}`;
      if (key === "AND" || key === "$and") return { all: parseAll(item, inner) };
      if (key === "OR" || key === "$or") return { any: parseAll(item, inner) };
      if (key === "NOT" || key === "$not") return { not: { any: parseAll(Array.isArray(item) ? item : [item], inner) } };
      return parseField(key, item, inner);
    });
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { all: parts };
  };
  return parse(value, path, 1);
}
