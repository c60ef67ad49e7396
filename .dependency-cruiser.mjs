/**
 * Who may import whom, file by file (docs/architecture.md, "Fences"). Every rule says what to do instead.
 * Package-level tags are checked by `turbo boundaries`; tests may reach further than products do.
 */
const tests = ["[.]test[.]tsx?$", "^packages/testing/", "/test/"];

/** What decodes files that strangers sent. */
const decoders = "^packages/engine-onnx/src/images/(open-(image|pdf)|decode-picture|quiet-sharp)[.]ts$";

/** @type {(name: string, comment: string, from: object, to: object) => import("dependency-cruiser").IForbiddenRuleType} */
const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

export default {
  forbidden: [
    forbid("no-cycles", "Two files that need each other are one concept, or a third is missing.", {}, { circular: true }),
    forbid("no-unresolved", "Declare the dependency in the package's own package.json.", {}, { couldNotResolve: true }),
    forbid(
      "contracts-are-pure",
      "contracts runs in a browser and everything stands on it: zod and its own files only.",
      { path: "^packages/contracts/src", pathNot: tests },
      { pathNot: ["^packages/contracts/src", "/zod/"] },
    ),
    forbid(
      "engine-knows-no-runtime",
      "engine is interfaces and the batch queue; a runtime belongs in engine-<runtime>.",
      { path: "^packages/engine/src", pathNot: tests },
      { pathNot: ["^packages/engine/src", "^packages/contracts/src/coded-error[.]ts$"] },
    ),
    forbid(
      "engine-onnx-knows-no-http-contract",
      "An engine speaks of tensors and texts; only the error table, the capability's types, prompts and chunks, and the types of who hosts it are shared.",
      { path: "^packages/engine-onnx/src", pathNot: tests },
      {
        path: "^packages/",
        pathNot: [
          "^packages/(engine|engine-onnx|confined-process|grammar)/src",
          "^packages/contracts/src/(coded-error|embed-text|generate-text|generation-grammar|text-prompts|long-texts|call-context|model-info|hosted-service)[.]ts$",
        ],
      },
    ),
    forbid(
      "grammar-knows-no-engine",
      "A grammar is bytes, tokens and masks; whoever decodes passes it a vocabulary. Of ours only the error table is shared.",
      { path: "^packages/grammar/src", pathNot: tests },
      { path: "^packages/", pathNot: ["^packages/grammar/src", "^packages/contracts/src/coded-error[.]ts$"] },
    ),
    forbid(
      "confined-process-stands-alone",
      "It starts and watches a process; what the process does belongs to who starts it.",
      { path: "^packages/confined-process/src", pathNot: tests },
      { path: "^packages/", pathNot: "^packages/confined-process/src" },
    ),
    forbid(
      "server-kit-knows-no-engine",
      "server-kit serves apps too: what it needs of an engine is passed in as a function.",
      { path: "^packages/server-kit/src", pathNot: tests },
      { path: "^packages/", pathNot: "^packages/(server-kit|contracts)/src" },
    ),
    forbid(
      "client-kit-runs-anywhere",
      "client-kit is fetch and AbortSignal: no Node API, no server, no engine.",
      { path: "^packages/client-kit/src", pathNot: tests },
      { path: "^packages/", pathNot: "^packages/(client-kit|contracts)/src" },
    ),
    forbid(
      "client-kit-uses-no-node-api",
      "client-kit is fetch and AbortSignal, so that it also runs in a browser or at an edge.",
      { path: "^packages/client-kit/src", pathNot: tests },
      { dependencyTypes: ["core"] },
    ),
    forbid(
      "app-kit-knows-no-space",
      "app-kit is what the apps share: database, jobs, pages. Spaces are reached through an app's spaces.ts.",
      { path: "^packages/app-kit/src", pathNot: tests },
      { path: "^packages/", pathNot: "^packages/(app-kit|contracts|server-kit|client-kit)/src" },
    ),
    forbid(
      "spaces-stand-alone",
      "A Space is contracts, engine and server-kit. What two Spaces need belongs in a package.",
      { path: "^spaces/([^/]+)/", pathNot: tests },
      { path: ["^packages/(client-kit|app-kit|testing)/", "^apps/", "^spaces/"], pathNot: "^spaces/$1/" },
    ),
    forbid(
      "apps-stand-alone",
      "An app reaches models through client-kit; what two apps need belongs in app-kit.",
      { path: "^apps/([^/]+)/", pathNot: tests },
      { path: ["^packages/(engine|engine-onnx|testing)/", "^apps/"], pathNot: "^apps/$1/" },
    ),
    forbid(
      "only-spaces-ts-reaches-a-space",
      "Only an app's spaces.ts may load a Space's service, lazily, as the local fallback.",
      { path: "^apps/", pathNot: [...tests, "^apps/[^/]+/src/spaces[.]ts$"] },
      { path: "^spaces/" },
    ),
    forbid(
      "a-space-is-loaded-lazily",
      "Use import() in spaces.ts: the deployed image of an app carries no model.",
      { path: "^apps/[^/]+/src/spaces[.]ts$" },
      { path: "^spaces/", dynamic: false, dependencyTypesNot: ["type-only"] },
    ),
    forbid(
      "features-do-not-know-each-other",
      "Move what two features share to app-kit, or to a file of the app beside main.ts.",
      { path: "^apps/[^/]+/src/features/([^/]+)/", pathNot: tests },
      { path: "^apps/[^/]+/src/features/", pathNot: "^apps/[^/]+/src/features/$1/" },
    ),
    forbid(
      "only-session-touches-onnxruntime",
      "session.ts is the only file that knows ONNX Runtime's API.",
      { path: "^(packages|spaces|apps)/", pathNot: [...tests, "^packages/engine-onnx/src/session[.]ts$"] },
      { path: "onnxruntime-node" },
    ),
    forbid(
      "files-are-decoded-in-their-own-process",
      "Use engine-onnx/images/page-reader: what strangers sent is decoded in a process that may be killed.",
      { path: "^packages/engine-onnx/", pathNot: [...tests, decoders] },
      { path: "(?:^|/)(?:sharp|pdfjs-dist|@napi-rs)(?:/|$)" },
    ),
    forbid(
      "decoders-are-loaded-by-that-process-only",
      "Use engine-onnx/images/page-reader: importing a decoder loads it into the server.",
      { path: "^(packages|spaces|apps)/", pathNot: [...tests, decoders, "^packages/engine-onnx/src/images/document-worker[.]ts$"] },
      { path: decoders },
    ),
    // Islands run in the browser, and so does open-page.ts, a part of one.
    forbid(
      "apps-decode-files-in-their-own-process",
      "Use the app's src/pdf/open-pdf.ts: what strangers sent is decoded in a process that may be killed.",
      {
        path: "^apps/[^/]+/src/",
        pathNot: [...tests, "^apps/[^/]+/src/pdf/worker/", "-island[.]ts$", "^apps/exam-middleware/src/ui/open-page[.]ts$"],
      },
      { path: ["(?:^|/)(?:sharp|pdfjs-dist|@napi-rs)(?:/|$)", "^apps/[^/]+/src/pdf/worker/"] },
    ),
    forbid(
      "only-config-reads-the-environment",
      "Add the variable to the schema in config.ts, where it gets a description and a default.",
      { path: "^(packages|spaces|apps)/", pathNot: [...tests, "/config[.]ts$"] },
      { path: "^(node:)?process$" },
    ),
    forbid(
      "products-do-not-import-tests",
      "testing and *.test.ts are for tests.",
      { path: "^(packages|spaces|apps)/", pathNot: [...tests, "^packages/testing/"] },
      { path: ["^packages/testing/", "[.]test[.]tsx?$"] },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // Our own builds and data only: packages that live in a dist/ of theirs are what some rules are about.
    exclude: { path: "^(?!node_modules/).*/(?:dist|data)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
    },
  },
};
