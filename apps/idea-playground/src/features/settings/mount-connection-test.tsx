import { readForm } from "@repo/app-kit/page-forms";
import { checkTextSpace, type StepReport, type TextSpaceCheck } from "@repo/client-kit/check-text-space";
import { spaceConditions } from "@repo/client-kit/diagnose-space";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { stream } from "hono/streaming";
import type { Tier } from "../../language-models/tiers.ts";
import { Shell } from "../../ui/shell.tsx";
import { type CheckProgress, CheckResult, FoundWire } from "./check-result.tsx";
import { readTier, toTestTarget } from "./read-tier-form.ts";
import type { SettingsParts } from "./settings-parts.ts";

/** How long a page without a script waits for a test, milliseconds. */
const pageTimeoutMs = 60_000;

/** What is to be tested; an address that is none is a finding too. */
type Check = (context: CallContext, waitForWakeMs: number) => AsyncGenerator<StepReport, TextSpaceCheck>;

function toFinding(error: CodedError): TextSpaceCheck {
  const { title, fix } = spaceConditions.not_a_space;
  const step: StepReport = { step: "address", state: "failed", message: error.message, fix };
  return { ok: false, condition: "not_a_space", title, fix, steps: [step], evidence: [] };
}

async function prepare(
  c: Context<ServerEnvironment>,
  parts: SettingsParts,
  tier: Tier,
): Promise<{ check: Check; set: { endpoint: string; format: string } }> {
  const { store, spaces } = parts;
  const read = await readForm(c);
  const settings = await store.read();
  const { api_endpoint: endpoint, input_format: format } = settings.spaces.spaces[tier];
  const check: Check = async function* checkTarget(context, waitForWakeMs) {
    let connection: ReturnType<typeof spaces.connectAnew>;
    try {
      connection = spaces.connectAnew(toTestTarget(tier, { read, settings, parts }));
    } catch (error) {
      if (!CodedError.isInstance(error) || error.code !== "invalid_request") throw error;
      return toFinding(error);
    }
    try {
      return yield* checkTextSpace(connection.generator, { ...context, waitForWakeMs });
    } finally {
      connection.space.close();
    }
  };
  return { check, set: { endpoint, format } };
}

/** Progress of a check, again with each step. */
async function* follow(check: AsyncGenerator<StepReport, TextSpaceCheck>): AsyncGenerator<CheckProgress> {
  const steps: StepReport[] = [];
  for (;;) {
    const { done, value } = await check.next();
    if (done === true) {
      yield { steps: value.steps, found: value };
      return;
    }
    steps.push(value);
    yield { steps, found: undefined };
  }
}

/**
 * Mounts POST /settings/tiers/:tier/test: the settings in the form are tried without being saved. A page's script gets the
 * result line by line as it comes, {"html": "..."} each; without a script it is a page.
 */
export function mountConnectionTest(server: Server, parts: SettingsParts): void {
  const { pages, config } = parts;
  server.app.post("/settings/tiers/:tier/test", (c) =>
    pages.page(c, async () => {
      const viewer = await pages.readAdministrator(c);
      const tier = readTier(c.req.param("tier"));
      const { check, set } = await prepare(c, parts, tier);
      const isWatched = (c.req.header("accept") ?? "").includes("application/x-ndjson");
      const toMarkup = (progress: CheckProgress) => (
        <>
          <CheckResult {...progress} />
          {progress.found === undefined ? null : <FoundWire tier={tier} found={progress.found} set={set} hasForm={isWatched} />}
        </>
      );
      if (!isWatched) {
        let last: CheckProgress = { steps: [], found: undefined };
        const context = { signal: c.req.raw.signal, deadlineAt: Date.now() + pageTimeoutMs };
        for await (const progress of follow(check(context, 0))) last = progress;
        return (
          <Shell title="Connection test" assets={pages.assets} viewer={viewer} current="/settings">
            <h1>Connection test</h1>
            {toMarkup(last)}
            <p>
              <a href={`/settings#tier-${tier}`}>Back to the settings</a>
            </p>
          </Shell>
        );
      }
      c.header("content-type", "application/x-ndjson");
      c.header("x-accel-buffering", "no");
      return stream(c, async (out) => {
        const controller = new AbortController();
        out.onAbort(() => controller.abort());
        try {
          for await (const progress of follow(check({ signal: controller.signal }, config.SPACE_WAKE_BUDGET_MS)))
            await out.writeln(JSON.stringify({ html: String(await toMarkup(progress)) }));
        } catch (error) {
          if (controller.signal.aborted) return;
          server.log.error({ err: error }, "a connection test failed by a defect");
          await out.writeln(JSON.stringify({ html: '<p role="alert">The test could not be finished; the log tells why.</p>' }));
        }
      });
    }),
  );
}
