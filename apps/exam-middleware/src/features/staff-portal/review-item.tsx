import { Notice } from "@repo/app-kit/notice";
import type { CandidateView, SheetDetails } from "../../sheets/sheet-views.ts";
import type { SheetField } from "../../schema.ts";
import { SheetPreview } from "../../ui/sheet-preview.tsx";
import { fieldNames, toPercent, toReasonTexts } from "../../ui/sheet-words.ts";
import { type ReviewAddress, toReviewFields, toReviewPath } from "./review-address.ts";
import type { StaffPortalParts } from "./staff-portal-parts.ts";

/** Readings per field that have a number key: 1 to 4 and 5 to 9. */
const keyed = { register_number: { first: 1, count: 4 }, subject_code: { first: 5, count: 5 } } as const;
/** Readings per field that are shown. */
const maxShown = 8;

/** What was typed into a form that was refused. */
export type Typed = Readonly<Partial<Record<SheetField, string | undefined>>>;

/** The best reading of each value. */
function toChoices(candidates: readonly CandidateView[], field: SheetField): CandidateView[] {
  const seen = new Set<string>();
  return candidates
    .filter((candidate) => candidate.field === field && candidate.value !== "" && !seen.has(candidate.value) && seen.add(candidate.value))
    .slice(0, maxShown);
}

function Choice(props: { sheet: SheetDetails; candidate: CandidateView; digit: number | undefined; isChosen: boolean }) {
  const { sheet, candidate, digit, isChosen } = props;
  return (
    <li>
      <label class="choice" data-matched={candidate.matched ? "" : undefined}>
        <input
          type="radio"
          name={`${candidate.field}_choice`}
          value={candidate.value}
          checked={isChosen}
          data-digit={digit}
          data-crop={candidate.hasCrop ? `/portal/staff/sheets/${sheet.id}/crop/${candidate.field}/${candidate.rank}` : undefined}
        />
        {digit === undefined ? null : <kbd>{digit}</kbd>} <span class="code">{candidate.value}</span>
        <span class="sure">{toPercent(candidate.confidence)}</span>
        <small>
          {candidate.matched ? "on the list" : "as written"}
          {candidate.margin === null ? "" : `, ahead by ${candidate.margin.toFixed(1)}`}
          {candidate.raw === candidate.value || candidate.raw === "" ? "" : `, written ${candidate.raw}`}
        </small>
      </label>
    </li>
  );
}

function Field(props: {
  sheet: SheetDetails;
  field: SheetField;
  value: string;
  confidence: number | null;
  pattern: string;
  typed: string | undefined;
}) {
  const { sheet, field, value, typed } = props;
  const choices = toChoices(sheet.candidates, field);
  const { first, count } = keyed[field];
  const shown = choices.find((candidate) => candidate.value === value && candidate.hasCrop) ?? choices.find(({ hasCrop }) => hasCrop);
  return (
    <fieldset class="field" data-field={field}>
      <legend>
        {fieldNames[field]} <span class="sure">{toPercent(props.confidence)}</span>
      </legend>
      {shown ? (
        <img
          class="crop"
          src={`/portal/staff/sheets/${sheet.id}/crop/${field}/${shown.rank}`}
          alt={`The writing that was read as ${shown.value}`}
        />
      ) : (
        <p class="empty crop-missing">Nothing was found on the page; look at the whole of it.</p>
      )}
      <input type="hidden" name={`${field}_shown`} value={value} />
      <input
        class="code reading"
        name={field}
        value={typed ?? value}
        pattern={props.pattern}
        title={`Like ${props.pattern}`}
        aria-label={fieldNames[field]}
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        data-code
      />
      {choices.length === 0 ? null : (
        <ol class="choices" aria-label={`Readings of the ${fieldNames[field].toLowerCase()}`}>
          {choices.map((candidate, index) => (
            <Choice
              sheet={sheet}
              candidate={candidate}
              digit={index < count ? first + index : undefined}
              isChosen={candidate.value === (typed ?? value)}
            />
          ))}
        </ol>
      )}
    </fieldset>
  );
}

/** Hidden fields that bring a form back to the same place of the queue. */
function Place({ address }: { address: ReviewAddress }) {
  return (
    <>
      {Object.entries(toReviewFields(address)).map(([name, value]) =>
        value === undefined ? null : <input type="hidden" name={name} value={value} />,
      )}
    </>
  );
}

/** What {@link ReviewItem} shows. */
export interface ReviewItemProps {
  parts: StaffPortalParts;
  address: ReviewAddress;
  /** Undefined: nothing is left. */
  sheet: SheetDetails | undefined;
  /** Sheets that wait, this one included. */
  total: number;
  notice?: string | undefined;
  problem?: string | undefined;
  typed?: Typed | undefined;
}

function Progress({ address, total }: { address: ReviewAddress; total: number }) {
  const all = address.done + total;
  const position = Math.min(all, address.done + address.skip + 1);
  return (
    <div class="review-progress">
      <progress max={Math.max(1, all)} value={address.done} aria-label="Reviewed in this sitting"></progress>
      <span role="status">
        {position.toLocaleString("en")} of {all.toLocaleString("en")}
      </span>
    </div>
  );
}

function Nothing({ address, total }: { address: ReviewAddress; total: number }) {
  return total > 0 ? (
    <p class="empty">
      {total === 1 ? "One sheet is" : `${total.toLocaleString("en")} sheets are`} left for later.{" "}
      <a href={toReviewPath({ ...address, skip: 0 })}>Look at {total === 1 ? "it" : "them"} again</a>
    </p>
  ) : (
    <p class="empty">
      {address.done > 0 ? "All done." : "Nothing waits for review."} <a href="/portal/staff">Upload more sheets</a>
    </p>
  );
}

/** A sheet to decide on: the writing beside the reading, other readings, the whole page. */
export function ReviewItem(props: ReviewItemProps) {
  const { parts, address, sheet, total, typed } = props;
  const messages = (
    <>
      <Notice text={props.notice} />
      <Notice text={props.problem} kind="warning" />
    </>
  );
  if (sheet === undefined) {
    return (
      <>
        {messages}
        <Nothing address={address} total={total} />
      </>
    );
  }
  return (
    <>
      {messages}
      <Progress address={address} total={total} />
      <div class="review-columns">
        <form class="review" method="post" action="/portal/staff/review" data-sheet={sheet.id}>
          <p class="review-name">
            <a href={`/portal/staff/sheets/${sheet.id}`} dir="auto">
              {sheet.originalFilename}
            </a>{" "}
            <small>{sheet.examType}</small>
          </p>
          <p class="flags">
            {toReasonTexts(sheet.reasons).map((reason) => (
              <span class="flag">{reason}</span>
            ))}
            {sheet.duplicateOf === null ? null : <a href={`/portal/staff/sheets/${sheet.duplicateOf}`}>the other sheet</a>}
          </p>
          <input type="hidden" name="id" value={sheet.id} />
          <input type="hidden" name="version" value={String(sheet.version)} />
          <Place address={address} />
          <Field
            sheet={sheet}
            field="register_number"
            value={sheet.registerNumber ?? ""}
            confidence={sheet.registerConfidence}
            pattern={parts.registerPattern}
            typed={typed?.register_number}
          />
          <Field
            sheet={sheet}
            field="subject_code"
            value={sheet.subjectCode ?? ""}
            confidence={sheet.subjectConfidence}
            pattern={parts.subjectPattern}
            typed={typed?.subject_code}
          />
          <details class="action">
            <summary>Another exam type</summary>
            <select name="exam_type" aria-label="Exam type">
              {[...new Set([...parts.examTypes, sheet.examType])].map((type) => (
                <option value={type} selected={type === sheet.examType}>
                  {type}
                </option>
              ))}
            </select>
          </details>
          <div class="decide">
            <button type="submit" name="action" value="accept" title="Enter, or a">
              This is right <kbd>a</kbd>
            </button>
            <button type="submit" name="action" value="skip" class="secondary outline" formnovalidate title="s">
              Later <kbd>s</kbd>
            </button>
          </div>
        </form>
        <SheetPreview sheet={sheet} file={`/portal/staff/sheets/${sheet.id}/file`} assets={parts.assets} />
      </div>
    </>
  );
}
