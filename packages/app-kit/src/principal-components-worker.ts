/** Thread of principal-components.ts: a decomposition takes a second or more and would hold every request meanwhile. */
import { parentPort, workerData } from "node:worker_threads";
import { findLeadingComponents, type Rows } from "./leading-components.ts";

const { rows, count, center } = workerData as { rows: Rows; count: number; center: boolean };
parentPort?.postMessage(findLeadingComponents(rows, { count, center }));
