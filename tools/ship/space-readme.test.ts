import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readWorkspaceUnits } from "../workspace-units.ts";
import { parseFrontMatter, toSpaceReadme } from "./space-readme.ts";

const lines = {
  title: "title: One",
  emoji: "emoji: 🧲",
  colorFrom: "colorFrom: blue",
  colorTo: "colorTo: indigo",
  sdk: "sdk: docker",
  app_port: "app_port: 7860",
  license: "license: apache-2.0",
  short_description: "short_description: Sixty characters",
};
const toReadme = (changes: Partial<typeof lines>): string => `---\n${Object.values({ ...lines, ...changes }).join("\n")}\n---\n\n# one\n`;

test.for(readWorkspaceUnits().filter(({ kind }) => kind === "space"))("the Hub would take the front matter of $name", ({ folder }) => {
  expect(parseFrontMatter(readFileSync(join(folder, "README.md"), "utf8"))).toMatchObject({ sdk: "docker", app_port: 7860 });
});

test.for([
  ["no front matter", "# one\n", /does not begin with front matter/],
  ["61 characters of description", toReadme({ short_description: `short_description: ${"a".repeat(61)}` }), /short_description/],
  ["a colour that the Hub does not know", toReadme({ colorFrom: "colorFrom: orange" }), /colorFrom/],
  ["another kind of Space", toReadme({ sdk: "sdk: gradio" }), /sdk/],
  ["no port", toReadme({ app_port: "" }), /app_port/],
  ["words in place of an emoji", toReadme({ emoji: "emoji: magnet" }), /emoji/],
] as const)("%s is refused before the Hub does", ([, readme, expected]) => {
  expect(() => parseFrontMatter(readme)).toThrow(expected);
});

test("sixty characters of description pass", () => {
  expect(parseFrontMatter(toReadme({ short_description: `short_description: ${"a".repeat(60)}` })).title).toBe("One");
});

test("links to the rest of the repository become words, or lead there when its address is known", () => {
  const readme = "See [the card](../../models/pocket/README.md#speed), [this](#limits) and [that](https://example.com).";
  expect(toSpaceReadme(readme, "spaces/one")).toBe("See the card, [this](#limits) and [that](https://example.com).");
  expect(toSpaceReadme(readme, "spaces/one", "https://github.com/owner/outpost/")).toContain(
    "[the card](https://github.com/owner/outpost/blob/main/models/pocket/README.md#speed)",
  );
});
