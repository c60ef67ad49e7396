import { expect, test } from "vitest";
import { ScatterPlot } from "./scatter-plot.tsx";

const point = (label: string, isHighlighted = false) => ({ x: 0.5, y: 0.25, label, href: "#one", hue: 200, isHighlighted });

/** JSX of Hono is text once it is asked for. */
const render = (markup: { toString(): string | Promise<string> }): string => markup.toString() as string;

test("a label is text, whatever is in it", () => {
  const markup = render(<ScatterPlot points={[point('"><script>alert(1)</script>')]} label="Map" />);
  expect(markup).not.toContain("<script>");
  expect(markup).toContain("&lt;script&gt;alert(1)");
});

test("highlighted dots are drawn above the others, and the first of them is where Tab goes", () => {
  const markup = render(<ScatterPlot points={[point("found", true), point("other")]} label="Map" />);
  expect(markup.indexOf("other")).toBeLessThan(markup.indexOf("found"));
  expect([...markup.matchAll(/aria-label="(\w+)" tabindex="0"/g)].map(([, label]) => label)).toEqual(["found"]);
});

test("no style is inline: the pages' security policy would drop it", () => {
  expect(render(<ScatterPlot points={[point("one")]} label="Map" />)).not.toContain("style=");
});
