/**
 * The try-it page's script, as the browser gets it: plain JavaScript without a build. It sends the image to the Space's own
 * POST /classify and POST /embed/aspects; answers reach the page as text nodes only.
 */
export const tryItScript = String.raw`
"use strict";
const byId = (id) => document.getElementById(id);
const aspects = { color: "Colour", texture: "Texture", material: "Material", style: "Style" };
let image;
let current = 0;

function toElement(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

async function post(path, fields) {
  const form = new FormData();
  form.append("image", image);
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const key = byId("key")?.value.trim();
  const response = await fetch(path, { method: "POST", body: form, headers: key ? { "x-api-key": key } : {} });
  const body = await response.json().catch(() => undefined);
  if (response.ok && body) return body;
  const later = response.headers.get("retry-after");
  throw new Error((body?.error?.message ?? "The Space answered with status " + response.status + ".") + (later ? " Try again in " + later + " s." : ""));
}

function toScores(labels) {
  const list = toElement("dl", { className: "scores" });
  for (const { label, score } of labels) {
    const percent = (100 * score).toFixed(score < 0.1 ? 1 : 0) + " %";
    const meter = toElement("meter", { min: 0, max: 1, value: score });
    meter.setAttribute("aria-label", label + ": " + percent);
    list.append(toElement("dt", { textContent: label }), toElement("dd", {}, meter), toElement("dd", { textContent: percent }));
  }
  return list;
}

function toPreview(file) {
  const picture = toElement("img", { alt: "The image you chose" });
  const reader = new FileReader();
  reader.addEventListener("load", () => { picture.src = reader.result; });
  reader.readAsDataURL(file);
  return picture;
}

async function run() {
  const answer = byId("answer");
  if (!image) return answer.replaceChildren(toElement("p", { className: "error", textContent: "Choose an image first." }));
  const mine = ++current;
  answer.replaceChildren(toElement("p", { textContent: "Looking at " + image.name + " …" }));
  const startedAt = performance.now();
  try {
    const labels = byId("labels").value.split("\n").map((line) => line.trim()).filter(Boolean);
    const [judged, found] = await Promise.all([
      labels.length > 0 ? post("classify", { labels: JSON.stringify(labels) }) : undefined,
      post("embed/aspects", { top_labels: "3", encoding_format: "base64" }),
    ]);
    if (mine !== current) return;
    const [result] = found.results;
    const text = toElement("div", {});
    if (judged) text.append(toElement("h3", { textContent: "Your labels" }), toScores(judged.results[0]));
    for (const [aspect, title] of Object.entries(aspects)) text.append(toElement("h3", { textContent: title }), toScores(result.aspects[aspect].labels));
    text.append(toElement("p", { className: "quiet", textContent: found.model + " · " + found.dimensions + " numbers · " + Math.round(performance.now() - startedAt) + " ms" }));
    answer.replaceChildren(toElement("div", { className: "result" }, toPreview(image), text));
  } catch (error) {
    if (mine === current) answer.replaceChildren(toElement("p", { className: "error", textContent: error instanceof TypeError ? "The Space cannot be reached." : error.message }));
  }
}

async function showState() {
  const state = byId("state");
  try {
    const { stage } = await (await fetch("ready")).json();
    state.textContent = stage;
    state.dataset.state = stage === "ready" ? "ready" : stage === "loading" ? "waiting" : "down";
    if (stage === "loading") setTimeout(showState, 2000);
  } catch {
    state.textContent = "cannot be reached";
    state.dataset.state = "down";
  }
}

function choose(file) {
  if (!file) return;
  image = file;
  run();
}

const drop = byId("drop");
for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.dataset.over = ""; });
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => { delete drop.dataset.over; });
drop.addEventListener("drop", (event) => { event.preventDefault(); choose(event.dataTransfer.files[0]); });
byId("file").addEventListener("change", (event) => choose(event.target.files[0]));
byId("form").addEventListener("submit", (event) => { event.preventDefault(); run(); });
for (const pre of document.querySelectorAll("pre")) pre.textContent = pre.textContent.replaceAll("ADDRESS", location.href.replace(/\/+$/, ""));
showState();
`;
