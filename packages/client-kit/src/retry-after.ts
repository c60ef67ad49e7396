/**
 * How long a server asks to wait, milliseconds; undefined when it does not say or says nonsense.
 * `retry-after-ms` is what OpenAI's SDKs read first; `Retry-After` holds seconds or a date.
 * @source RFC 9110, section 10.2.3; openai-node src/client.ts (retryRequest)
 */
export function readRetryAfterMs(headers: Headers, now: number = Date.now()): number | undefined {
  const exact = toMilliseconds(headers.get("retry-after-ms"), 1);
  if (exact !== undefined) return exact;
  const value = headers.get("retry-after");
  const seconds = toMilliseconds(value, 1000);
  if (seconds !== undefined || value === null) return seconds;
  // Every form of an HTTP date begins with a weekday; Date.parse alone also takes "-1".
  const date = /^\s*[A-Z][a-z]{2}/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function toMilliseconds(value: string | null, unitMs: number): number | undefined {
  if (value === null || !/^\s*\d+(?:\.\d+)?\s*$/.test(value)) return undefined;
  return Number(value) * unitMs;
}
