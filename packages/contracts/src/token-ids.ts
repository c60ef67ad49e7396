import { z } from "zod";

/**
 * A list of token ids. Checked in one pass over plain numbers: half a million of them, each through a schema of its own,
 * would hold a server's event loop for 50 ms.
 */
export const tokenIds = z
  .custom<number[]>((value) => Array.isArray(value) && value.every((id) => Number.isSafeInteger(id) && (id as number) >= 0), {
    error: "Token ids are whole numbers from 0.",
  })
  .meta({ type: "array", items: { type: "integer", minimum: 0 } });
