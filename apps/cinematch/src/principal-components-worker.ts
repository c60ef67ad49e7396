/** Thread of principal-components.ts: the decomposition takes a second or more and would hold every request meanwhile. */
import { parentPort, workerData } from "node:worker_threads";
import { PCA } from "ml-pca";
import type { ComponentsRequest } from "./principal-components.ts";

const { vectors, count, center } = workerData as ComponentsRequest;
// A covariance matrix is dimensions x dimensions however many films there are; a decomposition of the films would grow with them.
const pca = new PCA(vectors as number[][], { method: "covarianceMatrix", center, scale: false });
parentPort?.postMessage(pca.getLoadings().to2DArray().slice(0, count));
