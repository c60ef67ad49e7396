import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { GenerationGrammar } from "@repo/contracts/generation-grammar";
import { cpuSince, readCpuTimes } from "../cpu-clock.ts";
import type { BenchPrompt, PeerModel, PeerResult, PeerTask } from "./peer-protocol.ts";

/** One kind of work. */
export interface Scene {
  name: string;
  promptTokens: number;
  newTokens: number;
  /** Prompts that arrive together. */
  together: number;
  grammar?: GenerationGrammar;
}

/** Figures of one scene in one round. */
export interface Cell {
  scene: string;
  /** Until the first token of the last of those that arrived together. */
  firstTokenMs: number;
  promptTokensPerSecond: number;
  /** While all answers are written. */
  tokensPerSecond: number;
  /** Processor time per token, while all answers are written, and per token of the prompts. */
  cpuMsPerToken: number;
  cpuMsPerPromptToken: number;
  /** Share of the machine that other programs used. */
  othersShare: number;
}

/** A peer's process. */
export interface Peer {
  name: string;
  run(task: PeerTask): Promise<PeerResult>;
  stop(): void;
  readonly pid: number;
}

/** Starts a peer; resolves when its model is loaded. */
export async function startPeer(name: string, file: string, model: PeerModel): Promise<Peer> {
  const child: ChildProcess = fork(join(import.meta.dirname, file), [JSON.stringify(model)], { execArgv: [] });
  const failed = once(child, "exit").then(() => Promise.reject(new Error(`${name} ended.`)));
  failed.catch(() => undefined);
  const next = async (): Promise<unknown> => ((await Promise.race([once(child, "message"), failed])) as [unknown])[0];
  await next();
  return {
    name,
    pid: child.pid ?? 0,
    async run(task) {
      const answer = next();
      child.send(task);
      return (await answer) as PeerResult;
    },
    stop: () => child.disconnect(),
  };
}

/** Runs one scene on one peer. */
export async function measureScene(peer: Peer, scene: Scene, prompts: BenchPrompt[], cores: number): Promise<Cell> {
  const before = readCpuTimes(peer.pid);
  const startedAt = performance.now();
  const { newTokens, grammar } = scene;
  const result = await peer.run({ prompts, newTokens, ...(grammar && { grammar }) });
  const seconds = (performance.now() - startedAt) / 1000;
  const { others } = cpuSince(before, peer.pid);
  const promptTokens = prompts.reduce((sum, { ids }) => sum + ids.length, 0);
  return {
    scene: scene.name,
    firstTokenMs: result.allFirstMs,
    promptTokensPerSecond: (1000 * promptTokens) / result.allFirstMs,
    tokensPerSecond: (1000 * result.tokens) / result.writingMs,
    cpuMsPerToken: result.writingCpuMs / result.tokens,
    cpuMsPerPromptToken: result.readingCpuMs / promptTokens,
    othersShare: Math.max(0, others / seconds / cores),
  };
}
