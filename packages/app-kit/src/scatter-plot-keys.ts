/** Browser only: pointing and arrow keys for scatter-plot.tsx. */

interface Dot {
  link: SVGAElement;
  x: number;
  y: number;
}

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The nearest dot that lies rather in the direction than beside it. */
function findNext(dots: readonly Dot[], from: Dot, [stepX, stepY]: readonly [number, number]): Dot | undefined {
  let [best, bestDistance] = [undefined as Dot | undefined, Infinity];
  for (const dot of dots) {
    const along = (dot.x - from.x) * stepX + (dot.y - from.y) * stepY;
    const across = Math.abs((dot.x - from.x) * stepY) + Math.abs((dot.y - from.y) * stepX);
    const distance = along + 2 * across;
    if (dot !== from && along > 0 && across <= along && distance < bestDistance) [best, bestDistance] = [dot, distance];
  }
  return best;
}

function toDot(link: SVGAElement): Dot {
  const circle = link.querySelector("circle");
  return { link, x: circle?.cx.baseVal.value ?? 0, y: circle?.cy.baseVal.value ?? 0 };
}

function enable(figure: HTMLElement): void {
  const caption = figure.querySelector("figcaption");
  const dots = [...figure.querySelectorAll<SVGAElement>("svg a")].map(toDot);
  const linkOf = (event: Event): SVGAElement | null => (event.target as Element).closest<SVGAElement>("svg a");
  const describe = (event: Event): void => {
    const link = linkOf(event);
    if (link && caption) caption.textContent = link.getAttribute("aria-label");
  };
  figure.addEventListener("pointerover", describe);
  figure.addEventListener("focusin", describe);
  figure.addEventListener("keydown", (event) => {
    const direction = directions[event.key];
    const from = dots.find(({ link }) => link === linkOf(event));
    if (!direction || !from) return;
    event.preventDefault();
    const next = findNext(dots, from, direction);
    if (!next) return;
    from.link.setAttribute("tabindex", "-1");
    next.link.setAttribute("tabindex", "0");
    next.link.focus();
  });
}

/** Makes every scatter plot of the page usable with the arrow keys; a line below it tells what a dot is. */
export function enableScatterPlots(): void {
  for (const figure of document.querySelectorAll<HTMLElement>("figure.scatter")) enable(figure);
}
