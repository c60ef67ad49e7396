import { loadConfigOrExit } from "@repo/server-kit/load-config";
import { secretSchema } from "@repo/server-kit/secret";
import { z } from "zod";

/** Variables of the command scan-watch; options on its command line count more. */
const scanWatchSchema = z.object({
  SCAN_WATCH_SERVER: z.string().optional().describe("Address of exam-middleware."),
  SCAN_WATCH_USERNAME: z.string().optional().describe("User name of a staff account."),
  SCAN_WATCH_PASSWORD: secretSchema().optional().describe("Its password; other people on the machine can see a command line."),
  INIT_CWD: z.string().optional().describe("Set by pnpm: the folder a command was called from."),
});

/** See {@link scanWatchSchema}. */
export type ScanWatchVariables = z.output<typeof scanWatchSchema>;

/** The variables of this process. */
export function readScanWatchVariables(): ScanWatchVariables {
  return loadConfigOrExit(scanWatchSchema, process.env);
}

/** A variable that the command line names, such as the one with the password. */
export function readNamedVariable(name: string): string | undefined {
  return process.env[name];
}
