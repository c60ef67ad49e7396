/**
 * The manifests by Kubernetes' own OpenAPI schemas, as kubernetes-models ships them. Where there is a kubectl, also what kustomize
 * makes of them.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { Namespace } from "kubernetes-models/v1/Namespace";
import { Service } from "kubernetes-models/v1/Service";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { repositoryRoot } from "../workspace-units.ts";

const root = join(repositoryRoot, "deploy/kubernetes");
const kinds = { Deployment, Service, HorizontalPodAutoscaler, PodDisruptionBudget, Namespace } as const;
type Manifest = { kind: keyof typeof kinds; metadata: { name: string } };

const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));
const read = (name: string): Manifest[] =>
  parseAllDocuments(readFileSync(join(root, name), "utf8")).map((document) => document.toJS() as Manifest);
const manifests = files
  .filter((name) => !name.endsWith("kustomization.yaml"))
  .flatMap((name) => read(name).map((manifest) => ({ name, kind: manifest.kind, manifest })));

function check({ kind, ...rest }: Manifest): void {
  const Kind = kinds[kind];
  new Kind(rest as never).validate();
}

test.each(manifests)("$name: the $kind is what Kubernetes takes", ({ manifest }) => {
  expect(() => check(manifest)).not.toThrow();
});

test("the schemas notice a wrong type and an unknown probe", () => {
  const [space] = read("base/space.yaml");
  const wrong = (edit: (text: string) => string) => check(JSON.parse(edit(JSON.stringify(space))) as Manifest);
  expect(() => wrong((text) => text.replace('"replicas":2', '"replicas":"two"'))).toThrow(/replicas/);
  expect(() => wrong((text) => text.replace('"containerPort":7860', '"containerPort":"http"'))).toThrow(/containerPort/);
});

interface Pod {
  spec: {
    selector: { matchLabels: object };
    template: { metadata: { labels: object }; spec: { securityContext: object; containers: Record<string, unknown>[] } };
  };
}

describe.each(["space", "app"])("%s", (name) => {
  const all = read(`base/${name}.yaml`);
  const { spec } = all.find(({ kind }) => kind === "Deployment") as unknown as Pod;
  const [container = {}] = spec.template.spec.containers;

  test("every selector finds the pods", () => {
    const labels = spec.template.metadata.labels;
    expect(labels).toMatchObject(spec.selector.matchLabels);
    const others = all.filter(({ kind }) => kind === "Service" || kind === "PodDisruptionBudget") as unknown as {
      spec: { selector: { matchLabels?: object } };
    }[];
    expect(others).toHaveLength(2);
    for (const other of others) expect(labels).toMatchObject(other.spec.selector.matchLabels ?? other.spec.selector);
  });

  test("it runs as the image does: user 1000, nothing writable but what is mounted, no privilege", () => {
    expect(spec.template.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(container["securityContext"]).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  test("readiness is a real inference, liveness only the process", () => {
    expect(container["readinessProbe"]).toMatchObject({ httpGet: { path: "/ready" } });
    expect(container["livenessProbe"]).toMatchObject({ httpGet: { path: "/health" } });
    expect(container["resources"]).toHaveProperty("limits.memory");
  });
});

test("the autoscaler scales the Space by a metric that the server has", () => {
  const scaler = read("base/space.yaml").find(({ kind }) => kind === "HorizontalPodAutoscaler") as unknown as {
    spec: { scaleTargetRef: { name: string }; metrics: { pods: { metric: { name: string } } }[] };
  };
  const name = scaler.spec.metrics[0]?.pods.metric.name ?? "";
  expect(scaler.spec.scaleTargetRef.name).toBe("space");
  expect(readFileSync(join(repositoryRoot, "packages/server-kit/src/metrics.ts"), "utf8")).toContain(`name: "${name}"`);
});

test.each(files.filter((name) => name.endsWith("kustomization.yaml")))(
  "%s names files that are there, images and containers of the base",
  (name) => {
    const {
      resources,
      images = [],
      patches = [],
    } = parse(readFileSync(join(root, name), "utf8")) as {
      resources: string[];
      images?: { name: string }[];
      patches?: { target: { kind: string; name: string }; patch: string }[];
    };
    for (const resource of resources) {
      const path = join(root, dirname(name), resource);
      expect(existsSync(resource.endsWith(".yaml") ? path : join(path, "kustomization.yaml"))).toBe(true);
    }
    const base = read("base/space.yaml").concat(read("base/app.yaml"));
    for (const image of images) expect(JSON.stringify(base)).toContain(`"image":"${image.name}"`);
    for (const { target, patch } of patches) {
      expect(base.some(({ kind, metadata }) => kind === target.kind && metadata.name === target.name)).toBe(true);
      expect(parse(patch)).toContainEqual(expect.objectContaining({ op: "add", path: "/spec/template/spec/containers/0/env/-" }));
    }
  },
);

const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;
test.runIf(hasKubectl)("kustomize puts an overlay together: valid, in its namespace, and every selector still finds the pods", () => {
  const rendered = execFileSync("kubectl", ["kustomize", join(root, "overlays/cinematch")], { encoding: "utf8" });
  const all = parseAllDocuments(rendered).map((document) => document.toJS() as Manifest & { metadata: { namespace?: string } });
  for (const manifest of all) expect(() => check(manifest)).not.toThrow();
  const inside = all.filter(({ kind }) => kind !== "Namespace");
  expect(new Set(inside.map(({ metadata }) => metadata.namespace))).toEqual(new Set(["cinematch"]));
  for (const name of ["space", "app"]) {
    const named = (kind: string) => all.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
    const pod = (named("Deployment") as unknown as Pod).spec.template;
    const { selector: service } = (named("Service") as unknown as { spec: { selector: object } }).spec;
    const { selector: budget } = (named("PodDisruptionBudget") as unknown as { spec: { selector: { matchLabels: object } } }).spec;
    expect(pod.metadata.labels).toMatchObject(service);
    expect(pod.metadata.labels).toMatchObject(budget.matchLabels);
    expect(pod.spec.containers[0]?.["image"]).toMatch(/^ghcr[.]io\//);
  }
  const app = all.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === "app") as unknown as Pod;
  expect(app.spec.template.spec.containers[0]?.["env"]).toContainEqual({ name: "HF_SPACE_ENDPOINT", value: "http://space:7860" });
});
