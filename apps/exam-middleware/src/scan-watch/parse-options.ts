import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { CodedError } from "@repo/contracts/coded-error";
import { Secret } from "@repo/server-kit/secret";
import { readNamedVariable, type ScanWatchVariables } from "./config.ts";

/** What scan-watch does. */
export interface ScanWatchOptions {
  folder: string;
  /** Without a slash at its end. */
  server: string;
  username: string;
  password: Secret;
  /** Undefined: the server's default. */
  examType: string | undefined;
  /** Time between two looks at the folder, milliseconds; a file is sent when it did not change from one to the next. */
  delayMs: number;
  /** Ends when nothing is left to send. */
  once: boolean;
}

/** What the command line may say. */
export const usage = `Watches a folder and uploads what a scanner puts there.

  pnpm scan-watch <folder> --username <name> [options]

  --server <url>          address of exam-middleware, default http://localhost:3003 (SCAN_WATCH_SERVER)
  --username <name>       staff account (SCAN_WATCH_USERNAME)
  --password <password>   its password; better SCAN_WATCH_PASSWORD, which other people on the machine cannot see
  --password-env <NAME>   the variable that has the password
  --folder <folder>       the folder, in place of the first argument
  --exam-type <type>      CIA1, CIA2, ...; default the server's first one
  --delay <seconds>       pause between two looks, default 3
  --once                  end when everything that is there is sent

Sent files go to processed/, with a piece of their SHA-256 in the name. What the server refuses for good goes to failed/, with
a .txt beside it that says why. Nothing is lost or sent twice when the command is ended at any moment and started again.
`;

const defaultServer = "http://localhost:3003";
const defaultDelaySeconds = 3;
const maxDelaySeconds = 3_600;

function wrong(message: string, cause?: unknown): CodedError {
  return new CodedError("invalid_request", message, cause === undefined ? {} : { cause });
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        server: { type: "string" },
        username: { type: "string" },
        password: { type: "string" },
        "password-env": { type: "string" },
        folder: { type: "string" },
        "exam-type": { type: "string" },
        delay: { type: "string" },
        once: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (cause) {
    throw wrong((cause as Error).message, cause);
  }
}

function toServer(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw wrong(`--server must be an http or https address, not ${text}.`);
  return text.replace(/\/+$/, "");
}

function toDelayMs(text: string | undefined): number {
  const seconds = text === undefined ? defaultDelaySeconds : Number(text);
  if (!(seconds > 0 && seconds <= maxDelaySeconds)) throw wrong(`--delay is a number of seconds up to ${maxDelaySeconds}.`);
  return seconds * 1_000;
}

/**
 * Options from the command line and the environment; undefined when help is asked for.
 * @throws CodedError invalid_request that names what is missing or wrong
 */
export function parseOptions(args: readonly string[], variables: ScanWatchVariables): ScanWatchOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  if (positionals.length > 1) throw wrong("Name one folder.");
  const folder = values.folder ?? positionals[0];
  const username = values.username ?? variables.SCAN_WATCH_USERNAME;
  const named = values["password-env"] === undefined ? undefined : readNamedVariable(values["password-env"]);
  if (values["password-env"] !== undefined && named === undefined) throw wrong(`The variable ${values["password-env"]} is not set.`);
  const given = values.password ?? named;
  const password = given === undefined ? variables.SCAN_WATCH_PASSWORD : new Secret(given);
  if (folder === undefined || folder === "") throw wrong("Name the folder that the scanner writes to.");
  if (username === undefined) throw wrong("Name a staff account with --username or SCAN_WATCH_USERNAME.");
  if (password === undefined) throw wrong("Give the password in SCAN_WATCH_PASSWORD, or with --password-env.");
  return {
    folder: resolve(variables.INIT_CWD ?? process.cwd(), folder),
    server: toServer(values.server ?? variables.SCAN_WATCH_SERVER ?? defaultServer),
    username,
    password,
    examType: values["exam-type"],
    delayMs: toDelayMs(values.delay),
    once: values.once,
  };
}
