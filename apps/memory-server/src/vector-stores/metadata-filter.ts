/** What a metadata value is compared with. */
export type MetadataValue = string | number | boolean;

/** One condition on one field. A list in the metadata fulfils it when one of its elements does. */
export type FieldCondition =
  | { field: string; operator: "exists" }
  | { field: string; operator: "eq" | "ne"; value: MetadataValue }
  | { field: string; operator: "in" | "nin"; values: readonly MetadataValue[] }
  | { field: string; operator: "gt" | "gte" | "lt" | "lte"; value: number | string }
  | { field: string; operator: "contains" | "icontains"; value: string };

/**
 * A filter on metadata as a tree. `all` of nothing is true, `any` of nothing is false, `not` is the plain opposite.
 *
 * A field that is missing, null or an empty list fulfils no condition, ne and nin included: `ne` means "has a value, and
 * another one". Use not + eq for "has not this value".
 */
export type MetadataFilter =
  | { all: readonly MetadataFilter[] }
  | { any: readonly MetadataFilter[] }
  | { not: MetadataFilter }
  | FieldCondition;
