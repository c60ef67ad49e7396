/** A line about what a form has done. @param text undefined shows nothing; addresses carry names of texts only */
export function Notice({ text, kind = "info" }: { text: string | undefined; kind?: "info" | "warning" }) {
  return text === undefined ? null : (
    <div class="banner notice" role={kind === "warning" ? "alert" : "status"} data-kind={kind}>
      <span>{text}</span>
    </div>
  );
}
