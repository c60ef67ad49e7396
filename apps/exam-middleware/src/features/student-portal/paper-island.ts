/** Browser only: a paper on its way to Moodle is watched until it has arrived. */

const intervalMs = 2_500;

/** Loads the page again once the paper's state has changed; does nothing on other pages. */
export function enableStudentPaper(): void {
  const line = document.querySelector<HTMLElement>("[data-paper][data-moving]");
  if (!line) return;
  const look = async (): Promise<void> => {
    const response = await fetch(`/portal/student/papers/${line.dataset["paper"]}/status`).catch(() => undefined);
    const answer = response?.ok === true ? ((await response.json()) as { status: string }) : undefined;
    if (answer !== undefined && answer.status !== line.dataset["status"]) location.reload();
    else setTimeout(() => void look(), intervalMs);
  };
  setTimeout(() => void look(), intervalMs);
}
