/** Browser only: the search form sends itself, and takes photos by drop and paste. */

const submitAfterMs = 300;

function sendPhoto(form: HTMLFormElement, photo: File): void {
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  if (!input) return;
  const transfer = new DataTransfer();
  transfer.items.add(photo);
  input.files = transfer.files;
  form.setAttribute("aria-busy", "true");
  form.requestSubmit();
}

const findPhoto = (items: DataTransferItemList | undefined): File | undefined =>
  [...(items ?? [])].find(({ kind, type }) => kind === "file" && type.startsWith("image/"))?.getAsFile() ?? undefined;

/** Fields that say nothing make addresses long. */
function leaveEmptyFieldsOut(form: HTMLFormElement): void {
  const isBaseOnly = [...form.querySelectorAll<HTMLInputElement>("input[type=range]")].every(
    ({ name, value }) => name === "w_base" || value === "0",
  );
  for (const field of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input[name], select[name]")) {
    const isWeight = field.name.startsWith("w_");
    if (field.value === "" || (isWeight && (isBaseOnly || field.value === "0"))) field.disabled = true;
  }
}

/** Makes the search form lively; does nothing on other pages. */
export function enableSearch(): void {
  const [form, photoForm] = [document.querySelector<HTMLFormElement>("#search"), document.querySelector<HTMLFormElement>("#photo")];
  if (!form || !photoForm) return;
  form.addEventListener("submit", () => leaveEmptyFieldsOut(form));
  // Back shows the form as it was left: with its fields switched off.
  addEventListener("pageshow", () => {
    for (const field of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")) field.disabled = false;
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  form.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLSelectElement) && !(target instanceof HTMLInputElement && target.type !== "search")) return;
    clearTimeout(timer);
    timer = setTimeout(() => form.requestSubmit(), submitAfterMs);
  });
  for (const element of photoForm.querySelectorAll<HTMLElement>(".without-script")) element.hidden = true;
  photoForm.querySelector("input[type=file]")?.addEventListener("change", () => photoForm.requestSubmit());
  document.addEventListener("paste", ({ clipboardData }) => {
    const photo = findPhoto(clipboardData?.items);
    if (photo) sendPhoto(photoForm, photo);
  });
  // On the page of documents PDFs are dropped; there the upload takes the drop.
  if (!document.querySelector("#drop")) {
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      const photo = findPhoto(event.dataTransfer?.items);
      if (photo) sendPhoto(photoForm, photo);
    });
  }
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.closest("input, select, textarea") !== null;
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    form.querySelector<HTMLInputElement>("input[type=search]")?.select();
  });
}
