import { z } from "zod";
import { errorCodes, type ErrorCode } from "./coded-error.ts";

const codes = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]];

/** The JSON body of every error on our own routes; compatibility routes answer in their family's shape. */
export const errorBody = z.object({
  error: z.object({
    code: z.enum(codes).describe("One of the documented codes."),
    message: z.string().describe("What went wrong and how to fix it, for people."),
    requestId: z.string().describe("Finds this request in the server's log; also sent as x-request-id."),
    retryable: z.boolean().describe("Whether the same request may succeed later, unchanged."),
    details: z.record(z.string(), z.unknown()).optional().describe("Machine-readable facts about the problem."),
  }),
});

/** See {@link errorBody}. */
export type ErrorBody = z.infer<typeof errorBody>;

/** The JSON body of errors of the "fastapi" family. */
export const fastApiError = z.object({
  detail: z.string().describe("What went wrong and how to fix it, for people."),
  code: z.enum(codes).describe("One of the documented codes."),
  request_id: z.string().describe("Finds this request in the server's log."),
});

/** The JSON body of errors of the "plain" family: what the pages of the original apps expect. */
export const plainError = z.object({
  success: z.literal(false),
  error: z.string().describe("What went wrong and how to fix it, for people."),
  code: z.enum(codes).describe("One of the documented codes."),
  request_id: z.string().describe("Finds this request in the server's log."),
});

/** The JSON body of errors of the "extraction" family: `error` and `detail` are the same text, for two kinds of clients. */
export const extractionError = plainError.extend({
  detail: z.string().describe("The same as error."),
  details: z.record(z.string(), z.unknown()).optional().describe("Machine-readable facts, e.g. reason: encrypted."),
});
