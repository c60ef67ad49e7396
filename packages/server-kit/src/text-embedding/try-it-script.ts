/**
 * The try-it page's script, as the browser gets it: plain JavaScript without a build. It talks to the Space's own
 * POST /embed and draws what comes back; texts reach the page as text nodes only.
 */
export const tryItScript = String.raw`
"use strict";
const byId = (id) => document.getElementById(id);
const dark = matchMedia("(prefers-color-scheme: dark)");
const mostDrawn = 40;
let lastMatrix;

async function embed(texts) {
  const headers = { "content-type": "application/json" };
  const key = byId("key")?.value.trim();
  if (key) headers["x-api-key"] = key;
  const startedAt = performance.now();
  const response = await fetch("embed", { method: "POST", headers, body: JSON.stringify({ texts, input_type: "passage" }) });
  const body = await response.json().catch(() => undefined);
  if (!response.ok || !body) throw new Error(toMessage(response, body));
  const inference = /inference;dur=([\d.]+)/.exec(response.headers.get("server-timing") ?? "");
  const total = /total;dur=([\d.]+)/.exec(response.headers.get("server-timing") ?? "");
  const cut = body.truncated.length > 0 ? "; " + body.truncated.length + " cut to the model's limit" : "";
  return {
    vectors: body.embeddings,
    note: texts.length + " texts, " + body.usage.tokens + " tokens" + cut + " · " +
      (total ? Number(total[1]).toFixed(1) + " ms in the Space" : "") +
      (inference ? " (" + Number(inference[1]).toFixed(1) + " ms model)" : "") +
      " · " + Math.round(performance.now() - startedAt) + " ms round trip · " + body.dimensions + " dimensions · " + body.model,
  };
}

function toMessage(response, body) {
  const message = body?.error?.message ?? "The Space answered with status " + response.status + ".";
  const later = response.headers.get("retry-after");
  return message + (later ? " Try again in " + later + " s." : "");
}

function cosine(a, b) {
  let dot = 0, squareA = 0, squareB = 0;
  for (let index = 0; index < a.length; index += 1) {
    dot += a[index] * b[index]; squareA += a[index] * a[index]; squareB += b[index] * b[index];
  }
  return squareA && squareB ? dot / Math.sqrt(squareA * squareB) : 0;
}

async function run(form, work) {
  const button = form.querySelector("button");
  const answer = form.querySelector(".answer");
  const label = button.textContent;
  button.disabled = true;
  const waiting = setTimeout(() => { button.textContent = "Waiting for the model …"; }, 800);
  try {
    await work(answer);
  } catch (error) {
    answer.replaceChildren(toElement("p", { className: "error", textContent: error instanceof TypeError ? "The Space cannot be reached." : error.message }));
  } finally {
    clearTimeout(waiting);
    button.disabled = false;
    button.textContent = label;
  }
}

function toElement(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function toShape(name, attributes, text) {
  const shape = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) shape.setAttribute(attribute, value);
  if (text !== undefined) shape.textContent = text;
  return shape;
}

function comparePair(answer) {
  const texts = [byId("first").value, byId("second").value];
  return embed(texts).then(({ vectors, note }) => {
    const similarity = cosine(vectors[0], vectors[1]);
    const meter = toElement("meter", { min: 0, max: 1, value: Math.max(0, similarity) });
    meter.setAttribute("aria-hidden", "true");
    answer.replaceChildren(
      toElement("p", {}, toElement("span", { className: "score", textContent: similarity.toFixed(3) }), meter),
      toElement("p", { className: "quiet", textContent: "Cosine similarity: 1 means the same, about 0 unrelated. " + note }),
    );
  });
}

async function compareList(answer) {
  const texts = byId("list").value.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  if (texts.length < 2) throw new Error("Write at least two lines.");
  const { vectors, note } = await embed(texts);
  const shown = texts.slice(0, mostDrawn);
  const values = shown.map((_, row) => shown.map((__, column) => cosine(vectors[row], vectors[column])));
  lastMatrix = { texts: shown, values };
  const more = texts.length > mostDrawn ? " The picture shows the first " + mostDrawn + " lines." : "";
  const picture = toElement("div", { className: "picture", tabIndex: 0 });
  picture.setAttribute("role", "group");
  picture.setAttribute("aria-label", "Similarity matrix; the same values follow as a table");
  const caption = toElement("p", { className: "quiet caption", textContent: "Point at a cell to read its pair." });
  answer.replaceChildren(picture, caption, toElement("p", { className: "quiet", textContent: note + more }), toTable(lastMatrix));
  drawMatrix(picture, caption, lastMatrix);
}

function mix(share) {
  const [from, to] = dark.matches ? [[27, 33, 41], [98, 174, 247]] : [[245, 246, 248], [9, 84, 163]];
  const part = Math.min(1, Math.max(0, share));
  return from.map((low, index) => Math.round(low + (to[index] - low) * part));
}

function drawMatrix(picture, caption, { texts, values }) {
  // On a narrow screen the numbers stand for the texts, so that the whole picture fits.
  const narrow = picture.clientWidth < 480;
  const left = narrow ? 24 : 230, top = 26;
  const cell = Math.max(28, Math.min(texts.length <= 12 ? 48 : 38, Math.floor((picture.clientWidth - left - 4) / texts.length)));
  const svg = toShape("svg", { width: left + cell * texts.length + 2, height: top + cell * texts.length + 2, role: "img", "aria-label": "Heat map of the similarities" });
  texts.forEach((text, row) => {
    const label = narrow ? "" : text.length > 32 ? text.slice(0, 31) + "…" : text;
    svg.append(toShape("text", { x: 0, y: top + cell * row + cell / 2 + 4 }, row + 1 + "  " + label));
    svg.append(toShape("text", { x: left + cell * row + cell / 2, y: 16, "text-anchor": "middle" }, String(row + 1)));
    texts.forEach((other, column) => {
      const value = values[row][column];
      const [red, green, blue] = mix(value);
      const box = { x: left + cell * column + 1, y: top + cell * row + 1, width: cell - 2, height: cell - 2, rx: 4 };
      const square = toShape("rect", { ...box, fill: "rgb(" + red + "," + green + "," + blue + ")" });
      square.append(toShape("title", {}, (row + 1) + " and " + (column + 1) + ": " + value.toFixed(3)));
      square.addEventListener("pointerover", () => { caption.textContent = value.toFixed(3) + " · “" + text + "” and “" + other + "”"; });
      const bright = red * 0.299 + green * 0.587 + blue * 0.114 > 140;
      const number = toShape("text", { x: box.x + box.width / 2, y: box.y + box.height / 2 + 4, "text-anchor": "middle", "pointer-events": "none", "font-size": cell > 40 ? 12 : 10 }, value.toFixed(2));
      number.style.fill = bright ? "#10151b" : "#ffffff";
      svg.append(square, number);
    });
  });
  picture.replaceChildren(svg);
}

function toTable({ texts, values }) {
  const head = toElement("tr", {}, toElement("th", { textContent: "Text" }), ...texts.map((_, column) => toElement("th", { textContent: String(column + 1), scope: "col" })));
  const rows = texts.map((text, row) => toElement("tr", {}, toElement("th", { textContent: row + 1 + "  " + text, scope: "row" }), ...values[row].map((value) => toElement("td", { textContent: value.toFixed(3) }))));
  const table = toElement("table", {}, toElement("thead", {}, head), toElement("tbody", {}, ...rows));
  return toElement("details", {}, toElement("summary", { textContent: "The values as a table" }), toElement("div", { className: "scroll" }, table));
}

for (const [id, work] of [["pair-form", comparePair], ["list-form", compareList]]) {
  const form = byId(id);
  form.addEventListener("submit", (event) => { event.preventDefault(); void run(form, work); });
  form.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(); });
}
dark.addEventListener("change", () => {
  const picture = document.querySelector(".picture");
  if (picture && lastMatrix) drawMatrix(picture, document.querySelector(".caption"), lastMatrix);
});

const base = new URL(".", location.href).href.replace(/\/$/, "");
for (const code of document.querySelectorAll("[data-base]")) code.textContent = code.textContent.replaceAll("SPACE_URL", base);
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const label = button.textContent;
    try { await navigator.clipboard.writeText(byId(button.dataset.copy).textContent); button.textContent = "Copied"; }
    catch { button.textContent = "Select and copy by hand"; }
    setTimeout(() => { button.textContent = label; }, 1500);
  });
}

async function showState() {
  const pill = byId("state");
  let wait = 30000;
  try {
    const body = await (await fetch("ready", { cache: "no-store" })).json();
    pill.dataset.state = body.ready ? "ready" : body.stage === "failed" ? "down" : "waiting";
    pill.textContent = body.ready ? "ready" : body.reason ?? body.stage;
    if (!body.ready) wait = 1500;
  } catch { pill.dataset.state = "down"; pill.textContent = "not reachable"; wait = 3000; }
  setTimeout(showState, wait);
}
void showState();
`;
