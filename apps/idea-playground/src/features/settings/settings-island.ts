/** Tests connections without leaving the page: every step is shown as it comes. Without this script a page has the result. */

const controllers = new WeakMap<HTMLFormElement, AbortController>();

async function test(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  const result = form.parentElement?.querySelector<HTMLElement>(".check-result");
  if (result === null || result === undefined) return;
  // A second click begins anew.
  controllers.get(form)?.abort();
  const controller = new AbortController();
  controllers.set(form, controller);
  const body = new URLSearchParams([...new FormData(form)].filter((field): field is [string, string] => typeof field[1] === "string"));
  body.set(button.name, button.value);
  button.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(button.formAction, {
      method: "POST",
      body,
      headers: { accept: "application/x-ndjson" },
      signal: controller.signal,
    });
    if (!(response.headers.get("content-type") ?? "").startsWith("application/x-ndjson")) {
      // Signed out meanwhile, or the form is not right: the page says it in its own way.
      location.reload();
      return;
    }
    await show(response, result);
  } catch {
    if (!controller.signal.aborted) result.textContent = "The test was cut: this app cannot be reached.";
  } finally {
    button.removeAttribute("aria-busy");
  }
}

async function show(response: Response, result: HTMLElement): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    const lines = (rest + part.value).split("\n");
    rest = lines.pop() ?? "";
    // Made by this app's own server, which escapes what others have said.
    for (const line of lines) if (line !== "") result.innerHTML = (JSON.parse(line) as { html: string }).html;
  }
}

/** Puts what a test has found out into the form that was tested. */
function fillIn(form: HTMLFormElement, { endpoint = "", format = "" }: DOMStringMap): void {
  const [path, body] = [
    form.querySelector<HTMLInputElement>("[name=api_endpoint]"),
    form.querySelector<HTMLSelectElement>("[name=input_format]"),
  ];
  if (path) path.value = endpoint;
  if (body) body.value = format;
  form.querySelector<HTMLButtonElement>("button:not([formaction])")?.focus();
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-check]")) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!(button instanceof HTMLButtonElement) || !button.hasAttribute("formaction")) return;
    event.preventDefault();
    void test(form, button);
  });
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("[data-fill]") : null;
  const form = button?.closest("section")?.querySelector("form");
  if (button && form) fillIn(form, button.dataset);
});
