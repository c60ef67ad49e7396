import type { Access } from "../../access.ts";
import { Shell } from "../../ui/shell.tsx";
import { reasonNames } from "../../ui/sheet-words.ts";
import { ReviewItem, type ReviewItemProps } from "./review-item.tsx";

/** The review queue, one sheet at a time. */
export function ReviewPage(props: ReviewItemProps & { access: Access }) {
  const { parts, address, access } = props;
  return (
    <Shell title="Review" assets={parts.assets} access={access} current="/portal/staff/review">
      <div class="home">
        <h1>Review</h1>
        <form class="only" action="/portal/staff/review">
          <select name="only_exam_type" aria-label="Exam type">
            <option value="">every exam type</option>
            {parts.examTypes.map((type) => (
              <option value={type} selected={type === address.examType}>
                {type}
              </option>
            ))}
          </select>
          <select name="only_reason" aria-label="Why it needs review">
            <option value="">every reason</option>
            {Object.entries(reasonNames).map(([reason, text]) => (
              <option value={reason} selected={reason === address.reason}>
                {text}
              </option>
            ))}
          </select>
          <button type="submit" class="secondary outline">
            Show
          </button>
        </form>
      </div>
      <p class="keys-help" hidden>
        <label>
          <input type="checkbox" id="keys" role="switch" checked /> Keys
        </label>
        <span>
          <kbd>Enter</kbd> or <kbd>a</kbd> right · <kbd>1</kbd>–<kbd>9</kbd> another reading · <kbd>e</kbd> edit · <kbd>s</kbd> later ·{" "}
          <kbd>r</kbd> turn the page
        </span>
      </p>
      <div id="review">
        <ReviewItem {...props} />
      </div>
    </Shell>
  );
}
