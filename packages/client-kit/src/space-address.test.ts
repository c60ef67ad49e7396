import { CodedError } from "@repo/contracts/coded-error";
import { expect, test } from "vitest";
import { parseSpaceAddress } from "./space-address.ts";

const mini = { baseUrl: "https://user-name.hf.space", spaceId: "user/name" };

test.each([
  ["https://huggingface.co/spaces/user/name", mini],
  ["https://huggingface.co/spaces/user/name/", mini],
  ["https://huggingface.co/spaces/user/name///", mini],
  ["  https://huggingface.co/spaces/user/name/tree/main  ", mini],
  ["https://huggingface.co/spaces/user/name?logs=container", mini],
  ["https://huggingface.co/spaces/user/name#top", mini],
  ["https://www.huggingface.co/spaces/user/name", mini],
  ["http://huggingface.co/spaces/user/name", mini],
  ["https://hf.co/spaces/user/name", mini],
  ["huggingface.co/spaces/user/name", mini],
  ["hf.co/spaces/user/name/", mini],
  ["user/name", mini],
  ["user/name/", mini],
  ["spaces/user/name", mini],
  [
    "https://huggingface.co/spaces/VibinJethro/mini_lm",
    { baseUrl: "https://vibinjethro-mini-lm.hf.space", spaceId: "VibinJethro/mini_lm" },
  ],
  ["jglowa/ai-gov.pl", { baseUrl: "https://jglowa-ai-gov-pl.hf.space", spaceId: "jglowa/ai-gov.pl" }],
  ["My_Org/Name.V2_x", { baseUrl: "https://my-org-name-v2-x.hf.space", spaceId: "My_Org/Name.V2_x" }],
  ["https://user-name.hf.space", { baseUrl: "https://user-name.hf.space" }],
  ["https://user-name.hf.space/", { baseUrl: "https://user-name.hf.space" }],
  ["https://User-Name.hf.space/embed?x=1#y", { baseUrl: "https://user-name.hf.space" }],
  ["http://user-name.hf.space/", { baseUrl: "https://user-name.hf.space" }],
  ["user-name.hf.space", { baseUrl: "https://user-name.hf.space" }],
  ["http://127.0.0.1:7861", { baseUrl: "http://127.0.0.1:7861" }],
  ["http://127.0.0.1:7861/", { baseUrl: "http://127.0.0.1:7861" }],
  ["http://127.0.0.1:7861/embed", { baseUrl: "http://127.0.0.1:7861" }],
  ["http://localhost:7861/v1/embeddings", { baseUrl: "http://localhost:7861" }],
  ["http://[::1]:7861/", { baseUrl: "http://[::1]:7861" }],
  ["localhost:7861", { baseUrl: "http://localhost:7861" }],
  ["minilm-embed:7860/", { baseUrl: "http://minilm-embed:7860" }],
  ["https://models.example.org/minilm/", { baseUrl: "https://models.example.org/minilm" }],
])("%s is understood", (value, expected) => {
  expect(parseSpaceAddress(value)).toEqual(expected);
});

test.each([
  ["", "empty"],
  ["   ", "empty"],
  ["javascript:alert(1)", "https://"],
  ["data:text/html,x", "https://"],
  ["file:///etc/passwd", "not the address"],
  ["ftp://example.org", "https://"],
  ["https://user:hunter2@example.org", "must not hold"],
  ["https://hf_secret@user-name.hf.space", "must not hold"],
  ["https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2", "not a Space"],
  ["https://huggingface.co/", "not a Space"],
  ["https://huggingface.co/spaces/user", "owner/name"],
  ["https://huggingface.co/spaces/user/..", "owner/name"],
  ["https://huggingface.co/spaces/user/%2e%2e%2fx", "owner/name"],
  ["https://user-name.static.hf.space", "not the host"],
  ["example.com/embed", "not the address"],
  ["not a url", "not the address"],
  ["https://", "not the address"],
  [`user/${"x".repeat(70)}`, "too long"],
])("%s is refused with a fix", (value, fragment) => {
  const error = catchError(() => parseSpaceAddress(value));
  expect(error.code).toBe("invalid_request");
  expect(error.message).toContain(fragment);
  expect(error.message).not.toContain("hunter2");
  expect(error.message).not.toContain("hf_secret");
});

function catchError(run: () => unknown): CodedError {
  try {
    run();
  } catch (error) {
    if (CodedError.isInstance(error)) return error;
  }
  throw new Error("expected a CodedError");
}
