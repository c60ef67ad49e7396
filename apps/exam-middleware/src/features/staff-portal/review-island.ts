/** Browser only: keys and quick answers of the review queue. Without this script the same form sends whole pages. */
import { enablePreviews } from "../../ui/preview-island.ts";

const holderId = "review";
const keysSetting = "review-keys";

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("input:not([type=radio], [type=checkbox]), textarea, select");

const getForm = (): HTMLFormElement | null => document.querySelector<HTMLFormElement>("form.review");

/** Puts the chosen reading and its writing in the place of the others. */
function choose(radio: HTMLInputElement): void {
  const field = radio.closest("fieldset");
  const reading = field?.querySelector<HTMLInputElement>("input.reading");
  const crop = field?.querySelector<HTMLImageElement>("img.crop");
  if (reading) reading.value = radio.value;
  if (crop && radio.dataset["crop"] !== undefined) crop.src = radio.dataset["crop"];
}

function enableForm(form: HTMLFormElement): void {
  form.addEventListener("change", ({ target }) => {
    if (target instanceof HTMLInputElement && target.type === "radio") choose(target);
  });
  form.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.matches(".reading")) return;
    // What is typed is no longer one of the readings, unless it is.
    for (const radio of target.closest("fieldset")?.querySelectorAll<HTMLInputElement>("input[type=radio]") ?? []) {
      radio.checked = radio.value === target.value;
    }
  });
}

let isSending = false;

/** Sends the form and puts the server's own markup in: every value in it was escaped there. */
async function submit(form: HTMLFormElement, action: string): Promise<void> {
  const holder = document.getElementById(holderId);
  if (isSending || !holder) return;
  isSending = true;
  holder.setAttribute("aria-busy", "true");
  const fields = new URLSearchParams([...new FormData(form)].filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  fields.set("action", action);
  try {
    const response = await fetch("/portal/staff/review", { method: "POST", headers: { "x-fragment": "1" }, body: fields });
    if (response.redirected) {
      location.assign(response.url);
      return;
    }
    const markup = await response.text();
    // A fragment always holds something to go on with; an error alone must not take the sheet away.
    const parsed = document.createElement("div");
    parsed.innerHTML = markup;
    if (response.ok || parsed.querySelector("form.review, .empty")) {
      holder.replaceChildren(...parsed.childNodes);
      start(holder);
    } else showProblem(holder, parsed.textContent ?? "");
  } catch {
    showProblem(holder, "The server could not be reached; nothing was decided. Try again.");
  } finally {
    isSending = false;
    holder.removeAttribute("aria-busy");
  }
}

function showProblem(holder: HTMLElement, text: string): void {
  holder.querySelector(".banner[data-connection]")?.remove();
  const banner = document.createElement("div");
  banner.className = "banner";
  banner.dataset["kind"] = "warning";
  banner.dataset["connection"] = "";
  banner.setAttribute("role", "alert");
  banner.textContent = text.trim();
  holder.prepend(banner);
}

function start(holder: ParentNode): void {
  const form = holder.querySelector<HTMLFormElement>("form.review");
  enablePreviews(holder);
  if (!form) return;
  enableForm(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter as HTMLButtonElement | null;
    void submit(form, button?.value === "skip" ? "skip" : "accept");
  });
}

/** Presses the button, so that the browser checks the fields first. */
const press = (form: HTMLFormElement, action: string): void => form.querySelector<HTMLButtonElement>(`button[value="${action}"]`)?.click();

/** The field that is less sure is the one to edit first; the next press goes to the other one. */
function edit(form: HTMLFormElement): void {
  const readings = [...form.querySelectorAll<HTMLInputElement>("input.reading")];
  const sure = (reading: HTMLInputElement): number => {
    const text = reading.closest("fieldset")?.querySelector("legend .sure")?.textContent ?? "";
    return reading.value === "" ? -1 : Number.parseFloat(text) || 0;
  };
  const [first] = readings.toSorted((one, other) => sure(one) - sure(other));
  first?.focus();
  first?.select();
}

function act(event: KeyboardEvent, form: HTMLFormElement): boolean {
  const target = event.target as HTMLElement | null;
  // Links and buttons keep their own Enter.
  if (event.key === "Enter") {
    if (target?.closest("a, button, summary")) return false;
    press(form, "accept");
    return true;
  }
  if (/^[1-9]$/.test(event.key)) {
    const radio = form.querySelector<HTMLInputElement>(`input[data-digit="${event.key}"]`);
    if (radio) {
      radio.checked = true;
      choose(radio);
    }
    return radio !== null;
  }
  const actions: Readonly<Record<string, () => void>> = {
    a: () => press(form, "accept"),
    s: () => press(form, "skip"),
    e: () => edit(form),
    r: () => document.querySelector<HTMLButtonElement>("[data-rotate]:not([hidden])")?.click(),
  };
  const action = actions[event.key.toLowerCase()];
  action?.();
  return action !== undefined;
}

/** Makes the queue answer keys; does nothing on other pages. */
export function enableReview(): void {
  const holder = document.getElementById(holderId);
  if (!holder) return;
  start(holder);
  const help = document.querySelector<HTMLElement>(".keys-help");
  const keys = document.querySelector<HTMLInputElement>("#keys");
  if (help) help.hidden = false;
  if (keys) {
    // Single keys get in the way of speech input, so they can be switched off (WCAG 2.2, 2.1.4).
    keys.checked = localStorage.getItem(keysSetting) !== "off";
    keys.addEventListener("change", () => localStorage.setItem(keysSetting, keys.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing || keys?.checked === false) return;
    const form = getForm();
    if (!form) return;
    if (event.key === "Escape" && isTyping(event.target)) (event.target as HTMLElement).blur();
    else if (!isTyping(event.target) && act(event, form)) event.preventDefault();
  });
}
