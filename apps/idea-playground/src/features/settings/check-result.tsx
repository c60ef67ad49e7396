import { type CheckStep, checkSteps, type StepReport, type TextSpaceCheck } from "@repo/client-kit/check-text-space";

/** A check as far as it has come. */
export interface CheckProgress {
  steps: readonly StepReport[];
  /** Undefined while it runs. */
  found: TextSpaceCheck | undefined;
}

const stepWords: Readonly<Record<CheckStep, string>> = {
  address: "Address",
  awake: "Awake",
  authorised: "Authorised",
  path: "Path",
  body: "Body",
  answer: "Answer",
  latency: "Latency",
};

const stateWords: Readonly<Record<StepReport["state"], { sign: string; text: string; tone: string }>> = {
  running: { sign: "…", text: "looking", tone: "busy" },
  passed: { sign: "✓", text: "fine", tone: "good" },
  warned: { sign: "!", text: "look at this", tone: "look" },
  failed: { sign: "✗", text: "failed", tone: "bad" },
  skipped: { sign: "–", text: "not looked at", tone: "over" },
};

function Step({ report }: { report: StepReport }) {
  const { sign, text, tone } = stateWords[report.state];
  return (
    <li data-step={report.step} data-state={report.state}>
      <span class="step-sign" data-tone={tone} aria-hidden="true">
        {sign}
      </span>
      <span>
        <strong>{stepWords[report.step]}</strong> <span class="visually-hidden">({text})</span>{" "}
        {report.state === "skipped" ? null : <span class="step-message">{report.message}</span>}
        {report.fix === undefined ? null : <span class="step-fix">{report.fix}</span>}
      </span>
    </li>
  );
}

/** Steps of a connection test, with what is wrong and what to do. */
export function CheckResult({ steps, found }: CheckProgress) {
  const latest = new Map(steps.map((report) => [report.step, report]));
  const shown = checkSteps.flatMap((step) => latest.get(step) ?? []);
  return (
    <div class="check" data-condition={found?.condition} aria-busy={found === undefined ? "true" : undefined}>
      <ol class="check-steps">
        {shown.map((report) => (
          <Step report={report} />
        ))}
      </ol>
      {found === undefined ? null : found.ok ? (
        <p class="check-verdict" data-tone="good">
          {found.title}
        </p>
      ) : (
        <p class="check-verdict">
          <strong data-tone="bad">{found.title}</strong> {found.fix}
        </p>
      )}
      {found === undefined || found.evidence.length === 0 ? null : (
        <details>
          <summary>What was seen</summary>
          <ul>
            {found.evidence.map((sentence) => (
              <li>{sentence}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

/** Where a server of another make answers, and to what. */
interface FoundWireProps {
  tier: string;
  found: TextSpaceCheck;
  /** What the settings say. */
  set: { endpoint: string; format: string };
  /** Whether the form that was tested is on the page, so that what was found can be put into it. */
  hasForm: boolean;
}

/** The endpoint and the form of bodies that a test has found out, where the settings say something else. */
export function FoundWire({ tier, found, set, hasForm }: FoundWireProps) {
  const { wire } = found;
  if (wire?.kind !== "inputs" || (wire.path === set.endpoint && wire.format === set.format)) return null;
  const words = (
    <span>
      It answers at <code>{wire.path}</code> to bodies of the form "{wire.format}".{" "}
    </span>
  );
  if (hasForm) {
    return (
      <p class="found-wire">
        {words}
        <button type="button" class="link" data-fill data-endpoint={wire.path} data-format={wire.format}>
          Put that into the form
        </button>
      </p>
    );
  }
  return (
    <form method="post" action={`/settings/tiers/${tier}/wire`} class="found-wire">
      <input type="hidden" name="api_endpoint" value={wire.path} />
      <input type="hidden" name="input_format" value={wire.format ?? ""} />
      {words}
      <button type="submit" class="link">
        Save that
      </button>
    </form>
  );
}
