import { CodedError } from "@repo/contracts/coded-error";

/** Headers that carry the keys, and the keys themselves so that they can be kept out of errors. */
export interface KeyHeaders {
  headers: { authorization?: string; "x-api-key"?: string };
  secrets: string[];
}

/**
 * Two keys that must not collide: the Hugging Face token opens the edge of a private Space and travels as
 * `Authorization`, the Space's own key as `X-API-Key`. Empty means none.
 * @throws invalid_request for a key that no header can carry (a pasted line break); the key is not repeated
 */
export function toKeyHeaders({ token, apiKey }: { token?: string | undefined; apiKey?: string | undefined }): KeyHeaders {
  const bearer = clean(token, "The Hugging Face token");
  const key = clean(apiKey, "The key of the Space");
  return {
    headers: { ...(bearer === "" ? {} : { authorization: `Bearer ${bearer}` }), ...(key === "" ? {} : { "x-api-key": key }) },
    secrets: [bearer, key].filter((secret) => secret !== ""),
  };
}

function clean(value: string | undefined, name: string): string {
  const text = value?.trim() ?? "";
  // Visible ASCII, what RFC 9110 allows in a field value; fetch would refuse the rest and repeat it in its error.
  if (!/^[\u0021-\u007E]*$/.test(text))
    throw new CodedError("invalid_request", `${name} has a character that a key cannot have; was it pasted whole, and alone?`);
  return text;
}
