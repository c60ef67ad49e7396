import { expect, test } from "vitest";
import { findSecrets } from "./find-secrets.ts";

// Put together here, or the scan of this repository would find them.
const made: [string, string][] = [
  ["Hugging Face token", `hf_${"aB3".repeat(12)}`],
  ["GitHub token", `ghp_${"a".repeat(36)}`],
  ["OpenAI key", `sk-proj-${"a1".repeat(24)}`],
  ["AWS access key", `AKIA${"A1".repeat(8)}`],
  ["npm token", `npm_${"a".repeat(36)}`],
  ["private key", ["-----BEGIN", "PRIVATE", "KEY-----"].join(" ")],
  ["password in an address", ["postgres://app", "correcthorse1@db.example.com/app"].join(":")],
];

test.for(made)("a %s is found, with its line", ([kind, secret]) => {
  expect(findSecrets(`first\nconst token = "${secret}";\n`)).toEqual([{ line: 2, kind }]);
});

test("names, placeholders and local addresses are not secrets", () => {
  const text = [
    "HF_TOKEN=hf_test",
    "postgres://user:password@host:5432/postgres",
    "postgres://outpost:${POSTGRES_PASSWORD}@postgres:5432/outpost",
    "postgres://postgres:for-the-time-of-the-tests@127.0.0.1:5432/postgres",
    "sk-short",
    "-----BEGIN CERTIFICATE-----",
  ];
  expect(findSecrets(text.join("\n"))).toEqual([]);
});
