import { CodedError } from "@repo/contracts/coded-error";

/** Where a Space is reached. */
export interface SpaceAddress {
  /** Origin, and a path prefix where there is one; no slash at the end. */
  baseUrl: string;
  /** `owner/name` on the Hub, where the address tells it; a hf.space host does not (its hyphens are ambiguous). */
  spaceId?: string;
}

const hubHosts = new Set(["huggingface.co", "www.huggingface.co", "hf.co", "www.hf.co"]);

/** Paths that people paste because the setting used to be an endpoint; the base is what stands before them. */
const pastedRoutes = /\/(?:embed|v1\/embeddings|v1|health|ready|docs)$/;

/** Longest label of a host name. @source RFC 1035, section 2.3.4 */
const maxHostLabelLength = 63;

/**
 * Reads any of the ways people write a Space down: the page on the Hub (`https://huggingface.co/spaces/owner/name`,
 * hf.co, trailing slashes, /tree/main, query, hash), the direct host (`https://owner-name.hf.space/...`), the id
 * (`owner/name`), or the base URL of a server anywhere else (`http://127.0.0.1:7861`, `minilm-embed:7860`).
 * @throws invalid_request with the fix in the message; the value itself is not repeated, it may hold a password
 */
export function parseSpaceAddress(value: string): SpaceAddress {
  const text = value.trim();
  if (text === "") throw refuse("The address of the Space is empty.");
  if (/^(?:spaces\/)?[a-z0-9][\w-]*\/[\w.-]+\/?$/i.test(text)) {
    const [owner = "", name = ""] = text.replace(/^spaces\//i, "").split("/");
    return fromSpaceId(owner, name);
  }
  const url = parseUrl(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw refuse("The address of a Space starts with https:// or http://.");
  if (url.username !== "" || url.password !== "") {
    throw refuse("The address of a Space must not hold a user name or password: set the token or key in its own variable.");
  }
  const host = url.hostname.replace(/\.$/, "");
  if (hubHosts.has(host)) return fromHubPage(url);
  if (host === "hf.space" || host.endsWith(".static.hf.space")) throw refuse("This is not the host of a Space that runs a server.");
  if (host.endsWith(".hf.space")) return { baseUrl: `https://${host}` };
  const path = url.pathname.replace(/\/+$/, "").replace(pastedRoutes, "");
  return { baseUrl: `${url.origin}${path}` };
}

/**
 * Host label of a Space: lower case, everything that is not a letter or digit becomes a hyphen
 * (`jglowa/ai-gov.pl` is served at `jglowa-ai-gov-pl.hf.space`).
 * @source https://discuss.huggingface.co/t/gradio-web-components-failing-to-load/177067 and the embed host that the
 * Hub shows for names with underscores and capitals. It is computed here and not asked of the Hub, so that no answer
 * from the network can decide where a token is sent.
 */
export function toSpaceSubdomain(spaceId: string): string {
  return spaceId.toLowerCase().replaceAll(/[^a-z0-9]/g, "-");
}

function fromHubPage(url: URL): SpaceAddress {
  const [kind, owner, name] = url.pathname.split("/").filter((part) => part !== "");
  if (kind !== "spaces") throw refuse("This page of the Hub is not a Space: its address has /spaces/owner/name.");
  if (!isNamePart(owner) || !isNamePart(name))
    throw refuse("The address of a Space on the Hub is https://huggingface.co/spaces/owner/name.");
  return fromSpaceId(owner, name);
}

function isNamePart(part: string | undefined): part is string {
  return part !== undefined && /^[\w.-]+$/.test(part) && /[a-z0-9]/i.test(part);
}

function fromSpaceId(owner: string, name: string): SpaceAddress {
  const spaceId = `${owner}/${name}`;
  const label = toSpaceSubdomain(spaceId);
  if (label.length > maxHostLabelLength) {
    throw refuse("The name of this Space is too long to derive its host: copy the direct URL from the Space's menu, 'Embed this Space'.");
  }
  return { baseUrl: `https://${label}.hf.space`, spaceId };
}

function parseUrl(text: string): URL {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /^(?:javascript|data|file|blob|mailto):/i.test(text) ? text : addScheme(text);
  const url = URL.parse(withScheme);
  if (url === null || url.hostname === "") {
    throw refuse("This is not the address of a Space: give owner/name, https://huggingface.co/spaces/owner/name or the URL of a server.");
  }
  return url;
}

/** host:port (a container's neighbour) is plain HTTP; a known public host is HTTPS; anything else is a guess we do not make. */
function addScheme(text: string): string {
  if (/^[\w.-]+:\d{1,5}(?:[/?#].*)?$/.test(text) || /^\[[\da-f:]+\](?::\d+)?/i.test(text)) return `http://${text}`;
  if (/^(?:[\w.-]+\.)?(?:huggingface\.co|hf\.co|hf\.space)(?:[/?#].*)?$/i.test(text)) return `https://${text}`;
  return "";
}

function refuse(message: string): CodedError {
  return new CodedError("invalid_request", message);
}
