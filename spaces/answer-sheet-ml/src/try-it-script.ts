/**
 * The try-it page's script, as the browser gets it: plain JavaScript without a build. It sends the scan to the Space's own
 * POST /extract and draws what comes back; readings reach the page as text nodes only.
 */
export const tryItScript = String.raw`
"use strict";
const byId = (id) => document.getElementById(id);
const names = { register_number: "Register number", subject_code: "Subject code" };
const colours = { register_number: "#0b6bcb", subject_code: "#b4530a" };
const options = ["course_list", "class_roster", "register_pattern", "subject_pattern", "pages"];
const longestSide = 1400;
let current = 0;

function toElement(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

async function extract(file) {
  const form = new FormData();
  form.append("file", file);
  form.append("crops", "true");
  for (const name of options) if (byId(name).value.trim()) form.append(name, byId(name).value.trim());
  const key = byId("key")?.value.trim();
  const response = await fetch("extract", { method: "POST", body: form, headers: key ? { "x-api-key": key } : {} });
  const body = await response.json().catch(() => undefined);
  if (response.ok && body) return body;
  const later = response.headers.get("retry-after");
  throw new Error((body?.error ?? "The Space answered with status " + response.status + ".") + (later ? " Try again in " + later + " s." : ""));
}

function toField(field, value, confidence, candidates) {
  const best = candidates[0];
  const others = [...new Set(candidates.slice(1).filter((one) => one.confidence >= 0.01).map((one) => one.value))].filter((one) => one !== value).slice(0, 4);
  const box = toElement("div", { className: "field" }, names[field], toElement("span", { className: "value", textContent: value || "—" }));
  box.dataset.field = field;
  if (best) {
    box.append(toElement("div", {}, toElement("meter", { min: 0, max: 1, low: 0.5, high: 0.9, optimum: 1, value: confidence }), " " + Math.round(confidence * 100) + " %" + (best.matched ? ", from the list" : "")));
    if (best.raw !== value) box.append(toElement("span", { className: "quiet", textContent: "Read as " + best.raw }));
    if (others.length > 0) box.append(toElement("span", { className: "quiet", textContent: "Or: " + others.join(", ") }));
    if (best.crop) box.append(toElement("img", { src: best.crop, alt: names[field] + " as it is written" }));
  }
  return box;
}

async function drawPage(file, answer) {
  const canvas = byId("page");
  const candidates = [...answer.register_candidates.map((one) => ["register_number", one]), ...answer.subject_candidates.map((one) => ["subject_code", one])]
    .filter(([, one]) => one.page === answer.page);
  const picture = answer.page === 1 ? await createImageBitmap(file).catch(() => undefined) : undefined;
  const isSideways = answer.rotation % 180 !== 0;
  const [width, height] = picture ? (isSideways ? [picture.height, picture.width] : [picture.width, picture.height]) : [1000, 1414];
  const scale = Math.min(1, longestSide / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.hidden = false;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  if (picture) {
    pen.save();
    pen.translate(canvas.width / 2, canvas.height / 2);
    pen.rotate((answer.rotation * Math.PI) / 180);
    pen.drawImage(picture, (-picture.width * scale) / 2, (-picture.height * scale) / 2, picture.width * scale, picture.height * scale);
    pen.restore();
  }
  pen.lineWidth = 3;
  for (const [field, { box, crop }] of candidates) {
    const [x, y, w, h] = [box[0] * canvas.width, box[1] * canvas.height, box[2] * canvas.width, box[3] * canvas.height];
    if (!picture && crop) {
      // Browsers draw no PDF or TIFF here: the piece that was read stands where it was found.
      const image = new Image();
      image.src = crop;
      await image.decode().catch(() => undefined);
      if (image.width) pen.drawImage(image, x, y, w, h);
    }
    pen.strokeStyle = colours[field];
    pen.strokeRect(x - 4, y - 4, w + 8, h + 8);
  }
}

async function run(file) {
  const mine = ++current;
  const answer = byId("answer");
  answer.replaceChildren(toElement("p", { textContent: "Reading " + file.name + " …" }));
  byId("page").hidden = true;
  const startedAt = performance.now();
  try {
    const body = await extract(file);
    if (mine !== current) return;
    const { read, detect, recognise, total } = body.timings_ms;
    answer.replaceChildren(
      toField("register_number", body.register_number, body.register_confidence, body.register_candidates),
      toField("subject_code", body.subject_code, body.subject_confidence, body.subject_candidates),
      ...body.warnings.map((text) => toElement("p", { className: "error", textContent: text })),
      toElement("p", { className: "quiet", textContent:
        "Page " + body.page + " of " + body.pages + (body.rotation ? ", turned by " + body.rotation + "°" : "") + (body.skew_degrees ? ", slanted by " + body.skew_degrees + "°" : "") +
        " · " + Math.round(total) + " ms in the Space (reading the file " + Math.round(read) + ", finding " + Math.round(detect) + ", reading " + Math.round(recognise) + ") · " +
        Math.round(performance.now() - startedAt) + " ms round trip" + (body.suggested_filename ? " · " + body.suggested_filename : "") }),
    );
    await drawPage(file, body);
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

const drop = byId("drop");
for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.dataset.over = ""; });
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => { delete drop.dataset.over; });
drop.addEventListener("drop", (event) => { event.preventDefault(); if (event.dataTransfer.files[0]) run(event.dataTransfer.files[0]); });
byId("file").addEventListener("change", (event) => { if (event.target.files[0]) run(event.target.files[0]); });
byId("form").addEventListener("submit", (event) => event.preventDefault());
for (const pre of document.querySelectorAll("pre")) pre.textContent = pre.textContent.replaceAll("ADDRESS", location.href.replace(/\/+$/, ""));
showState();
`;
