/**
 * The try-it page's script, as the browser gets it: plain JavaScript without a build. It reads the Space's own
 * POST /generate-text/stream line by line; texts reach the page as text nodes only.
 */
export const tryItScript = String.raw`
"use strict";
const byId = (id) => document.getElementById(id);
let turns = [];
let running;

const modeOf = () => document.querySelector("input[name=mode]:checked").value;
const numberOf = (id) => { const text = byId(id).value.trim(); return text === "" ? undefined : Number(text); };

function toElement(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function toHeaders() {
  const key = byId("key")?.value.trim();
  return { "content-type": "application/json", ...(key ? { "x-api-key": key } : {}) };
}

function toBody() {
  const text = byId("prompt").value;
  const mode = modeOf();
  const body = {
    max_new_tokens: numberOf("max"), temperature: numberOf("temperature"), top_p: numberOf("top-p"), seed: numberOf("seed"),
    ...(mode === "chat" ? { messages: [...turns, { role: "user", content: text }] } : mode === "json" && window.hasChat ? { messages: [{ role: "user", content: text }] } : { prompt: text }),
  };
  if (mode === "json") {
    let schema;
    try { schema = JSON.parse(byId("schema").value); } catch { throw new Error("The schema is not JSON yet."); }
    body.grammar = { type: "json_schema", schema };
  }
  return body;
}

async function* readLines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) yield JSON.parse(line);
    if (done) return;
  }
}

async function write() {
  const answer = byId("answer");
  const body = toBody();
  answer.replaceChildren();
  answer.toggleAttribute("data-json", modeOf() === "json");
  byId("numbers").textContent = "Waiting for the first token …";
  const response = await fetch("generate-text/stream", { method: "POST", headers: toHeaders(), body: JSON.stringify(body), signal: running.signal });
  if (!response.ok) {
    const { error } = await response.json().catch(() => ({}));
    const later = response.headers.get("retry-after");
    throw new Error((error?.message ?? "The Space answered with status " + response.status + ".") + (later ? " Try again in " + later + " s." : ""));
  }
  let count = 0, startedAt = 0, text = "";
  for await (const event of readLines(response)) {
    if (event.error) throw new Error(event.error.message);
    if (event.type === "token") {
      startedAt ||= performance.now();
      count += 1;
      text += event.token.text;
      answer.append(event.token.text);
      const seconds = (performance.now() - startedAt) / 1000;
      byId("numbers").textContent = count + " tokens" + (count > 1 ? " · " + ((count - 1) / seconds).toFixed(1) + " tokens per second" : "");
    }
    if (event.type === "answer") {
      text = event.text;
      if (modeOf() === "json") answer.textContent = JSON.stringify(JSON.parse(text), null, 2);
      window.lastEnd = { reason: event.finish_reason, seed: event.seed };
    }
    if (event.type === "end") showNumbers(event);
  }
  return text;
}

function showNumbers({ usage, timings, model }) {
  const speed = timings.decode_ms > 0 ? (1000 * Math.max(0, usage.generated_tokens - 1)) / timings.decode_ms : 0;
  const { reason, seed } = window.lastEnd;
  byId("numbers").textContent = [
    usage.generated_tokens + " tokens" + (reason === "length" ? " (cut at the longest)" : ""),
    speed.toFixed(1) + " tokens per second",
    "first after " + Math.round(timings.first_token_ms) + " ms",
    usage.prompt_tokens + " read, " + usage.cached_tokens + " of them known",
    "seed " + seed,
    model,
  ].join(" · ");
}

function drawTurns() {
  byId("conversation").replaceChildren(...turns.map(({ role, content }) => {
    const turn = toElement("div", { className: "turn", textContent: content });
    turn.dataset.role = role;
    turn.setAttribute("aria-label", role === "user" ? "You" : "Answer");
    return turn;
  }));
  byId("clear").hidden = turns.length === 0;
}

async function run() {
  if (running) return;
  running = new AbortController();
  byId("go").disabled = true;
  byId("stop").hidden = false;
  const question = byId("prompt").value;
  const wasChat = modeOf() === "chat";
  try {
    const text = await write();
    if (wasChat && text) {
      turns = [...turns, { role: "user", content: question }, { role: "assistant", content: text }];
      byId("answer").replaceChildren();
      byId("prompt").value = "";
      drawTurns();
      byId("prompt").focus();
    }
  } catch (error) {
    if (error.name === "AbortError") byId("numbers").textContent = "Stopped.";
    else {
      byId("numbers").textContent = "";
      byId("answer").append(toElement("p", { className: "error", textContent: error instanceof TypeError ? "The Space cannot be reached." : error.message }));
    }
  } finally {
    running = undefined;
    byId("go").disabled = false;
    byId("stop").hidden = true;
  }
}

function showMode() {
  const mode = modeOf();
  byId("schema-row").hidden = mode !== "json";
  byId("conversation").hidden = mode !== "chat";
  byId("clear").hidden = mode !== "chat" || turns.length === 0;
}

async function showState() {
  const state = byId("state");
  let wait = 30000;
  try {
    const body = await (await fetch("ready", { cache: "no-store" })).json();
    state.dataset.state = body.ready ? "ready" : body.stage === "failed" ? "down" : "waiting";
    state.textContent = body.ready ? "ready" : body.reason ?? body.stage;
    if (body.ready) await showFacts(); else wait = 1500;
  } catch { state.dataset.state = "down"; state.textContent = "not reachable"; wait = 3000; }
  setTimeout(showState, wait);
}

async function showFacts() {
  const response = await fetch("info", { headers: toHeaders() });
  if (!response.ok) return;
  const info = await response.json();
  window.hasChat = info.has_chat_template;
  byId("facts").textContent = info.model_id + " · " + info.model_dtype + " · " + info.max_total_tokens.toLocaleString() + " tokens of context";
  byId("max").max = String(info.max_new_tokens);
}

byId("form").addEventListener("submit", (event) => { event.preventDefault(); void run(); });
byId("form").addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("form").requestSubmit(); });
byId("stop").addEventListener("click", () => running?.abort());
byId("clear").addEventListener("click", () => { turns = []; drawTurns(); });
for (const mode of document.querySelectorAll("input[name=mode]")) mode.addEventListener("change", showMode);
for (const pre of document.querySelectorAll("pre")) pre.textContent = pre.textContent.replaceAll("ADDRESS", location.href.replace(/\/+$/, ""));
showMode();
void showState();
`;
