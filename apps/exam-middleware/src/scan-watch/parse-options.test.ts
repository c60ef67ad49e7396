import { Secret } from "@repo/server-kit/secret";
import { expect, test } from "vitest";
import { parseOptions } from "./parse-options.ts";

const variables = { SCAN_WATCH_PASSWORD: new Secret("from the environment"), INIT_CWD: "/scans" };

test("the command line wins over the environment, and folders are relative to where it was called", () => {
  const options = parseOptions(
    ["exam hall", "--username", "maria", "--server", "http://x.example/app/", "--delay", "0.5", "--exam-type", "CIA2"],
    variables,
  );
  expect(options).toMatchObject({
    folder: "/scans/exam hall",
    username: "maria",
    server: "http://x.example/app",
    delayMs: 500,
    examType: "CIA2",
    once: false,
  });
  expect(options?.password.reveal()).toBe("from the environment");
  const named = parseOptions(["--folder", "/a", "--username", "m", "--password", "p", "--once"], variables);
  expect([named?.folder, named?.password.reveal(), named?.once]).toEqual(["/a", "p", true]);
  expect(parseOptions(["--help"], {})).toBeUndefined();
});

test("what is missing or wrong is named", () => {
  for (const [args, message] of [
    [[], "folder"],
    [["a"], "staff account"],
    [["a", "b", "--username", "m"], "one folder"],
    [["a", "--username", "m", "--server", "ftp://x"], "--server"],
    [["a", "--username", "m", "--delay", "0"], "--delay"],
    [["a", "--username", "m", "--delay", "soon"], "--delay"],
    [["a", "--user", "m"], "--user"],
    [["a", "--username", "m", "--password-env", "NO_SUCH_VARIABLE_HERE"], "NO_SUCH_VARIABLE_HERE"],
  ] as const) {
    expect(() => parseOptions(args, variables)).toThrow(message);
  }
  expect(() => parseOptions(["a", "--username", "m"], {})).toThrow("SCAN_WATCH_PASSWORD");
});
