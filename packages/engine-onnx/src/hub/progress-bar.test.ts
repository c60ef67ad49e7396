import { expect, test } from "vitest";
import { createProgressBar } from "./progress-bar.ts";

function record(isTTY: boolean) {
  const written: string[] = [];
  let time = 0;
  const show = createProgressBar({ isTTY, columns: 100, write: (text: string) => written.push(text) }, () => time);
  return {
    written,
    at: (milliseconds: number, receivedBytes: number, totalBytes?: number) => (
      (time = milliseconds),
      show({ path: "model.bin", receivedBytes, totalBytes })
    ),
  };
}

test("a terminal sees one line that redraws itself, with speed and time left", () => {
  const { written, at } = record(true);
  at(0, 0, 100e6);
  at(10, 1e6, 100e6);
  at(1000, 25e6, 100e6);
  at(4000, 100e6, 100e6);
  expect(written).toHaveLength(3);
  expect(written[1]).toContain("[======                  ] 25%  25.0 of 100.0 MB, 25.0 MB/s, 3 s left");
  expect(written[2]).toMatch(/100%.*\n$/s);
});

test("a log gets a line at every tenth", () => {
  const { written, at } = record(false);
  for (let part = 0; part <= 100; part++) at(part, part, 100);
  expect(written).toHaveLength(11);
  expect(written[5]).toBe("model.bin  50%  0.0 of 0.0 MB\n");
});

test("a resumed file's speed counts only what arrived now", () => {
  const { written, at } = record(true);
  at(0, 90e6, 100e6);
  at(1000, 95e6, 100e6);
  expect(written.at(-1)).toContain("5.0 MB/s");
});

test("an unknown size shows bytes alone", () => {
  const { written, at } = record(false);
  at(0, 0);
  at(1, 60e6);
  expect(written).toEqual(["model.bin  0.0\n", "model.bin  60.0\n"]);
});
