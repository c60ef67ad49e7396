import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../workspace-units.ts";
import { toSpaceDockerfile } from "./space-dockerfile.ts";

const whole = readFileSync(join(repositoryRoot, "docker/space.Dockerfile"), "utf8");

test("a Space's own Dockerfile takes the bundle from its repository and knows no workspace", () => {
  const text = toSpaceDockerfile(whole, { SPACE: "minilm-embed", MODEL: "pocket" });
  expect(text).toContain("FROM scratch AS bundle\nCOPY . /bundle/\n");
  expect(text).not.toMatch(/tools\/|--filter|\/repository/);
  expect(text).toContain('\nARG SPACE="minilm-embed"\n');
  expect(text).toContain('\nARG MODEL="pocket"\n');
  expect(text).not.toMatch(/^ARG SPACE$/m);
});

test("an argument that the file does not have, or a file without the seam, is an error", () => {
  expect(() => toSpaceDockerfile(whole, { ABSENT: "x" })).toThrow(/no ARG ABSENT/);
  expect(() => toSpaceDockerfile("FROM scratch\n", {})).toThrow(/no line/);
});

test.for(["space", "app"])("the image of a %s runs as user 1000, says whether it lives without curl, and is labelled", (kind) => {
  const text = readFileSync(join(repositoryRoot, `docker/${kind}.Dockerfile`), "utf8");
  const [, final = ""] = text.split(/^FROM scratch$/m);
  expect(final).toMatch(/^USER 1000$/m);
  expect(final).toMatch(/^EXPOSE 7860$/m);
  expect(final).toMatch(/^HEALTHCHECK [\s\S]*"node"/m);
  expect(final).not.toMatch(/curl|wget/);
  for (const label of ["title", "version", "revision", "licenses", "base.name"])
    expect(final).toContain(`org.opencontainers.image.${label}=`);
});

test.for(["space", "app"])("what reaches the builder of a %s as a secret is mounted, never an argument", (kind) => {
  const text = readFileSync(join(repositoryRoot, `docker/${kind}.Dockerfile`), "utf8");
  expect(text).not.toMatch(/^(?:ARG|ENV) .*(?:TOKEN|KEY|SECRET|PASSWORD)/m);
});

test("both images stand on the same root, so that its layer is shared", () => {
  const root = (kind: string) =>
    /^FROM node:\S+ AS root\n[\s\S]*?\n\n/m.exec(readFileSync(join(repositoryRoot, `docker/${kind}.Dockerfile`), "utf8"))?.[0];
  expect(root("space")).toMatch(/make-root[.]sh/);
  expect(root("app")).toBe(root("space"));
});
