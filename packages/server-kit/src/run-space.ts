import type { HostedService } from "@repo/contracts/hosted-service";
import type { Lifecycle } from "./lifecycle.ts";
import { listen } from "./listen.ts";
import type { Server } from "./server.ts";
import { stopOnSignals } from "./shutdown.ts";

/**
 * Listens, and stops in order when asked to: new work is refused, running requests finish, the model is freed.
 * The server answers /health from the first moment; /ready follows the lifecycle.
 */
export async function runSpace(
  server: Server,
  lifecycle: Lifecycle<HostedService>,
  address: { port: number; hostname: string; maxHeaderBytes?: number | undefined },
): Promise<void> {
  const startedAt = performance.now();
  const listener = await listen(server, address).catch((thrown: unknown) => {
    server.log.fatal({ err: thrown, ...address }, "cannot listen here: is the port taken?");
    return process.exit(1);
  });
  server.log.info({ url: listener.url }, "listening");
  const drain = (): Promise<void> => listener.close({ isIdle: () => server.admission.running === 0 });
  stopOnSignals({ log: server.log, steps: [lifecycle.stop, drain, lifecycle.close] });
  await lifecycle.settled();
  const { ready, stage } = lifecycle.ready();
  server.log[ready ? "info" : "error"]({ stage, ms: Math.round(performance.now() - startedAt) }, ready ? "ready" : "not ready");
}
