import type { Child } from "hono/jsx";
import type { Tier } from "../../language-models/tiers.ts";
import type { Canvas } from "./canvas-store.ts";
import { briefLimits, cardCounts, defaultCardCount, marketFocuses, type Mode, modes } from "./idea-brief.ts";
import type { Idea } from "./idea-store.ts";
import { focusWords, modeWords } from "./idea-words.ts";

/** A tier that may be asked. */
export interface TierChoice {
  tier: Tier;
  title: string;
  use: string;
  isDefault: boolean;
  /** Without a Space of its own it is answered by base. */
  hasSpace: boolean;
}

/** Ready words for the instruction of a refinement. */
const instructions = [
  "Make it cheaper to start",
  "Aim at a narrower audience",
  "Find another way to earn money",
  "Make it simpler to use",
  "Answer its weaknesses",
];

/** The company as part of the prompt, and what it is; kept with the canvas. */
export function CompanyFields({ canvas }: { canvas: Canvas }) {
  return (
    <fieldset class="company">
      <label>
        <input type="checkbox" name="use_company" value="on" checked={canvas.usesCompany} /> Use company context
      </label>
      <div class="company-fields">
        <label>
          Company
          <input name="company_name" value={canvas.company.name} maxlength={briefLimits.company} dir="auto" placeholder="Acme Tools" />
        </label>
        <label>
          What it does
          <input
            name="company_industry"
            value={canvas.company.industry}
            maxlength={briefLimits.company}
            dir="auto"
            placeholder="Hardware stores"
          />
        </label>
      </div>
    </fieldset>
  );
}

/** How many cards, as one row of buttons. */
export function CountField({ value = defaultCardCount }: { value?: number | undefined }) {
  return (
    <fieldset class="segments">
      <legend>How many</legend>
      {cardCounts.map((count) => (
        <label>
          <input type="radio" name="count" value={String(count)} checked={count === value} />
          <span>{count}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Who is asked. */
export function TierField({ tiers, value }: { tiers: readonly TierChoice[]; value?: Tier | undefined }) {
  return (
    <label>
      Tier
      <select name="tier">
        {tiers.map(({ tier, title, isDefault, hasSpace }) => (
          <option value={tier} selected={value === undefined ? isDefault : value === tier}>
            {title}
            {hasSpace ? "" : " (no Space: base answers)"}
          </option>
        ))}
      </select>
    </label>
  );
}

function OrderField({ value }: { value: string | undefined }) {
  return (
    <label>
      Order
      <select name="order">
        <option value="parallel" selected={value !== "sequence"}>
          Side by side
        </option>
        <option value="sequence" selected={value === "sequence"}>
          One after the other
        </option>
      </select>
    </label>
  );
}

function BriefFields({ canvas, mode }: { canvas: Canvas; mode: Mode }) {
  const { brief } = canvas;
  const { topic, industry, problemArea } = briefLimits;
  return (
    <>
      {mode === "market" ? (
        <fieldset class="focuses">
          <legend>Market</legend>
          {marketFocuses.map((focus) => (
            <label>
              <input type="radio" name="market_focus" value={focus} checked={focus === (brief.market_focus ?? "existing")} />{" "}
              {focusWords[focus].title} <small>{focusWords[focus].use}</small>
            </label>
          ))}
        </fieldset>
      ) : null}
      <label>
        Topic
        <textarea
          name="topic"
          rows={2}
          maxlength={topic}
          dir="auto"
          placeholder="Less waste in small kitchens"
          required={mode === "generate"}
        >
          {brief.topic ?? ""}
        </textarea>
      </label>
      <label>
        Industry
        <input
          name="industry"
          maxlength={industry}
          dir="auto"
          placeholder="Restaurants"
          value={brief.industry ?? ""}
          required={mode === "market"}
        />
      </label>
      <label>
        Problem area
        <input name="problem_area" maxlength={problemArea} dir="auto" placeholder="Food is thrown away" value={brief.problem_area ?? ""} />
      </label>
    </>
  );
}

function RefineFields({ ideas, chosen }: { ideas: readonly Idea[]; chosen: string | undefined }) {
  return (
    <>
      <label>
        Idea
        <select name="idea" required>
          {ideas.map(({ id, content }) => (
            <option value={id} selected={id === chosen}>
              {content.title}
            </option>
          ))}
        </select>
      </label>
      <label>
        What should change
        <textarea
          name="instruction"
          rows={3}
          maxlength={briefLimits.instruction}
          dir="auto"
          required
          placeholder="Make it cheaper to start"
        ></textarea>
      </label>
      <div class="suggestions" hidden>
        {instructions.map((instruction) => (
          <button type="button" class="chip" data-fill={instruction}>
            {instruction}
          </button>
        ))}
      </div>
    </>
  );
}

/** What {@link RunForm} shows. */
interface RunFormProps {
  canvas: Canvas;
  mode: Mode;
  tiers: readonly TierChoice[];
  ideas: readonly Idea[];
  /** Id of the idea to refine. */
  chosen: string | undefined;
}

function ModeTabs({ canvas, mode }: { canvas: Canvas; mode: Mode }) {
  return (
    <nav class="tabs" aria-label="Modes">
      {modes.map((name) => (
        <a href={`/canvases/${canvas.id}?mode=${name}`} aria-current={name === mode ? "page" : undefined}>
          {modeWords[name].title}
        </a>
      ))}
    </nav>
  );
}

/** The form that has cards written, in one of its three modes. */
export function RunForm({ canvas, mode, tiers, ideas, chosen }: RunFormProps) {
  const isRefine = mode === "refine";
  let fields: Child = <BriefFields canvas={canvas} mode={mode} />;
  if (isRefine) fields = <RefineFields ideas={ideas} chosen={chosen} />;
  return (
    <section class="panel" id="form" aria-label="Have ideas written">
      <ModeTabs canvas={canvas} mode={mode} />
      <p class="note">{modeWords[mode].use}</p>
      {isRefine && ideas.length === 0 ? (
        <p class="empty">
          There is nothing to refine yet. <a href={`/canvases/${canvas.id}?mode=generate`}>Have ideas written first</a>, or{" "}
          <a href={`/canvases/${canvas.id}/new`}>write one yourself</a>.
        </p>
      ) : (
        <form method="post" action={`/canvases/${canvas.id}/${isRefine ? "refine" : "cards"}`} data-run="cards">
          <input type="hidden" name="mode" value={mode} />
          {fields}
          <CompanyFields canvas={canvas} />
          <CountField value={isRefine ? 1 : canvas.brief.count} />
          <div class="pair">
            <OrderField value={canvas.brief.order} />
            <TierField tiers={tiers} value={canvas.brief.tier} />
          </div>
          <button type="submit">{modeWords[mode].submit}</button>
        </form>
      )}
    </section>
  );
}
