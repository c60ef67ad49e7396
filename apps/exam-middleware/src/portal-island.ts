/**
 * Makes the portals' pages lively: drops and their progress, keys in the review queue, the page of a sheet with its boxes,
 * moments in the reader's own time. Without this script everything but folders still works.
 */
import { localiseMoments } from "@repo/app-kit/localise-moments";
import { enableReview } from "./features/staff-portal/review-island.ts";
import { enableUpload } from "./features/staff-portal/upload-island.ts";
import { enableStudentPaper } from "./features/student-portal/paper-island.ts";
import { enablePreviews } from "./ui/preview-island.ts";

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.dataset["code"] === undefined) return;
  const [start, end] = [target.selectionStart, target.selectionEnd];
  target.value = target.value.toUpperCase();
  target.setSelectionRange(start, end);
});
localiseMoments(document);
enableUpload();
if (document.getElementById("review")) enableReview();
else enablePreviews(document);
enableStudentPaper();
