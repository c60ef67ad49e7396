/** Whether a host name, of an address or to listen on, means this machine alone. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || hostname === "::1" || hostname.startsWith("127.")
  );
}

/** Whether a request calls this machine by one of its own names, or by none: a foreign name in Host is DNS rebinding. */
export function isCalledLoopback(headers: Headers): boolean {
  const host = headers.get("host");
  return host === null || isLoopback(URL.parse(`http://${host}`)?.hostname ?? "");
}
