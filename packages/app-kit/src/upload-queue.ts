/** Browser only: sends files one by one, a few at a time, until each has arrived or cannot. */

/** A file on its way. @template Answer what the server answers about a stored file, as JSON */
export interface UploadEntry<Answer> {
  file: File;
  /** With its folders. */
  name: string;
  sentBytes: number;
  state: "waiting" | "sending" | "stored" | "refused";
  /** Why it waits or was refused, for people. */
  message: string | undefined;
  answer: Answer | undefined;
}

/** What {@link createUploadQueue} needs. */
export interface UploadQueueOptions<Answer> {
  toAddress: (entry: UploadEntry<Answer>) => string;
  /** Called with every change of an entry. */
  onChange: (entry: UploadEntry<Answer>) => void;
  /** Nobody is signed in any more, or the server is away; undefined: it goes on. */
  onProblem: (message: string | undefined, isSignedOut: boolean) => void;
}

/** A server that restarts gets so many connections at once, and each file so many seconds of patience at the start. */
const atOnce = 3;
const firstPauseMs = 500;
const maxPauseMs = 10_000;
/** Answers after which the same file may be sent again: too much at once, starting, stopping, too slow. */
const transient = new Set([0, 408, 429, 500, 502, 503, 504]);

interface Answered {
  status: number;
  body: string;
  retryAfterMs: number;
}

function send(address: string, file: File, onProgress: (sentBytes: number) => void): Promise<Answered> {
  return new Promise((resolve) => {
    // fetch does not tell how much of a body has been sent.
    const request = new XMLHttpRequest();
    const end = (): void =>
      resolve({
        status: request.status,
        body: request.responseText,
        retryAfterMs: Number(request.getResponseHeader("retry-after") ?? 0) * 1000 || 0,
      });
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    request.addEventListener("load", end);
    for (const name of ["error", "abort", "timeout"]) request.addEventListener(name, end);
    request.open("POST", address);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.send(file);
  });
}

function parse<Value>(text: string): Partial<Value> {
  try {
    return JSON.parse(text) as Partial<Value>;
  } catch {
    return {};
  }
}

/** A queue of files; `add` takes more at any time. A file is kept until the server says that it has it. */
export function createUploadQueue<Answer>({ toAddress, onChange, onProblem }: UploadQueueOptions<Answer>): {
  add: (files: readonly { file: File; name: string }[]) => UploadEntry<Answer>[];
  isBusy: () => boolean;
} {
  const waiting: UploadEntry<Answer>[] = [];
  let [sending, failuresInRow] = [0, 0];
  let pausedUntil = 0;

  const pause = (ms: number): void => {
    pausedUntil = Math.max(pausedUntil, Date.now() + ms);
  };
  const settle = (entry: UploadEntry<Answer>, { status, body, retryAfterMs }: Answered): void => {
    if (status === 200 || status === 201) {
      failuresInRow = 0;
      onProblem(undefined, false);
      Object.assign(entry, {
        state: "stored",
        answer: parse<Answer>(body) as Answer,
        message: undefined,
        sentBytes: entry.file.size,
      });
    } else if (status === 401 || transient.has(status)) {
      failuresInRow += 1;
      const isSignedOut = status === 401;
      const problem = isSignedOut
        ? "You are signed out."
        : status === 0
          ? "The server cannot be reached. Every file is kept here and sent again; leave this page open."
          : (parse<{ error: string }>(body).error ?? "The server is busy.");
      // One file that is told to wait is no news; a server that is away is.
      if (isSignedOut || failuresInRow > 1) onProblem(problem, isSignedOut);
      Object.assign(entry, { state: "waiting", message: isSignedOut ? problem : "is sent again", sentBytes: 0 });
      waiting.unshift(entry);
      pause(Math.max(retryAfterMs, Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(failuresInRow, 5))));
    } else {
      failuresInRow = 0;
      Object.assign(entry, { state: "refused", message: parse<{ error: string }>(body).error ?? `The server answered ${status}.` });
    }
    onChange(entry);
  };
  const work = async (): Promise<void> => {
    sending += 1;
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
      const current = entry;
      Object.assign(current, { state: "sending", message: undefined });
      onChange(current);
      const leftMs = pausedUntil - Date.now();
      if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
      settle(
        current,
        await send(toAddress(current), current.file, (sentBytes) => {
          current.sentBytes = Math.min(sentBytes, current.file.size);
          onChange(current);
        }),
      );
    }
    sending -= 1;
  };
  return {
    add: (files) => {
      const entries = files.map(({ file, name }): UploadEntry<Answer> => ({
        file,
        name,
        sentBytes: 0,
        state: "waiting",
        message: undefined,
        answer: undefined,
      }));
      waiting.push(...entries);
      for (let free = atOnce - sending; free > 0; free -= 1) void work();
      return entries;
    },
    isBusy: () => sending > 0 || waiting.length > 0,
  };
}
