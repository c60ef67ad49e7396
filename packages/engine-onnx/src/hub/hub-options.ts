/** How the Hub is reached; a Space's config.ts reads these from HF_ENDPOINT, HF_TOKEN and its own limits. */
export interface HubOptions {
  /** Default https://huggingface.co. */
  endpoint?: string | undefined;
  /** Sent to the endpoint's own origin only, never to where it redirects. */
  token?: string | undefined;
  /** Failures in a row without one new byte before giving up; default 6. */
  maxAttempts?: number | undefined;
  /** A connection that is silent for so long counts as cut; default 30,000 ms. */
  stallTimeoutMs?: number | undefined;
  /** Wait before the second attempt, doubled each time up to 30 s, halved to fully used at random; default 500 ms. */
  retryDelayMs?: number | undefined;
}

/** How far a download is. */
export interface DownloadProgress {
  path: string;
  /** Bytes of the file on disk, those of an earlier attempt included. */
  receivedBytes: number;
  /** Size of the whole file; undefined until the server tells. */
  totalBytes: number | undefined;
}

/** Called often while bytes arrive. */
export type OnDownloadProgress = (progress: DownloadProgress) => void;
