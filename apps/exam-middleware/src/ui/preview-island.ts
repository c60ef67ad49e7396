/** Browser only: draws what sheet-preview.tsx describes. */
import { openPage, type OpenPage } from "./open-page.ts";

interface Box {
  field: "register_number" | "subject_code";
  rank: number;
  /** x, y, width, height; 0..1 of the upright page. */
  box: [number, number, number, number];
}

/** Longest side of what is drawn, pixels. */
const longestSide = 2_000;
const colours = { register_number: "#1673d1", subject_code: "#c2410c" } as const;

/**
 * Draws the page as it was read: turned upright and straightened, with its regions; `extra` turns all of it once more.
 * The angles are clockwise, as the canvas has them.
 */
function draw(page: OpenPage, boxes: readonly Box[], angles: { rotation: number; skew: number; extra: number }): HTMLCanvasElement {
  const scale = Math.min(1, longestSide / Math.max(page.width, page.height));
  const [rawWidth, rawHeight] = [page.width * scale, page.height * scale];
  const [width, height] = angles.rotation % 180 === 0 ? [rawWidth, rawHeight] : [rawHeight, rawWidth];
  const isSideways = angles.extra % 180 !== 0;
  const canvas = Object.assign(document.createElement("canvas"), {
    width: Math.round(isSideways ? height : width),
    height: Math.round(isSideways ? width : height),
  });
  const pen = canvas.getContext("2d");
  if (!pen) return canvas;
  const radians = Math.PI / 180;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate(angles.extra * radians);
  pen.save();
  pen.rotate((angles.rotation - angles.skew) * radians);
  pen.drawImage(page.picture, -rawWidth / 2, -rawHeight / 2, rawWidth, rawHeight);
  pen.restore();
  const seen = new Set<string>();
  for (const { field, rank, box } of boxes) {
    const [x, y, boxWidth, boxHeight] = box;
    // Several readings share a region.
    if (seen.has(`${field} ${box.join()}`)) continue;
    seen.add(`${field} ${box.join()}`);
    pen.strokeStyle = colours[field];
    pen.lineWidth = rank === 0 ? 5 : 2;
    pen.strokeRect((x - 0.5) * width, (y - 0.5) * height, boxWidth * width, boxHeight * height);
  }
  return canvas;
}

function show(figure: HTMLElement): void {
  const holder = figure.querySelector<HTMLElement>(".preview-page");
  const button = figure.querySelector<HTMLButtonElement>("[data-rotate]");
  const { file = "", type = "", worker } = figure.dataset;
  const number = (name: string): number => Number(figure.dataset[name] ?? 0);
  const boxes = JSON.parse(figure.dataset["boxes"] ?? "[]") as Box[];
  if (!holder || !button) return;
  holder.setAttribute("aria-busy", "true");
  let extra = 0;
  openPage(file, { type, page: number("page") || 1, worker }).then(
    (page) => {
      const redraw = (): void => holder.replaceChildren(draw(page, boxes, { rotation: number("rotation"), skew: number("skew"), extra }));
      redraw();
      holder.removeAttribute("aria-busy");
      button.hidden = false;
      button.addEventListener("click", () => {
        extra = (extra + 90) % 360;
        redraw();
      });
      holder.addEventListener("click", () => figure.classList.toggle("zoomed"));
    },
    () => {
      holder.removeAttribute("aria-busy");
      const note = Object.assign(document.createElement("p"), { className: "empty", textContent: "This page cannot be shown here. " });
      holder.replaceChildren(note);
    },
  );
}

/** Draws every preview within `root` that was not drawn yet. */
export function enablePreviews(root: ParentNode): void {
  for (const figure of root.querySelectorAll<HTMLElement>("figure.preview:not([data-shown])")) {
    figure.dataset["shown"] = "";
    show(figure);
  }
}
