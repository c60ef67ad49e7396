import { aspects } from "@repo/contracts/visual-embedding";
import { type VectorKind, vectorKinds } from "../schema.ts";
import type { KindWeights, PictureFilter } from "../search/search-query.ts";

/** What the page of pictures shows, as its address says it. */
export interface PictureRequest {
  text: string | undefined;
  photoId: string | undefined;
  likeId: string | undefined;
  /** As asked for; {base: 1} when nothing is. */
  weights: KindWeights;
  filter: PictureFilter;
  /** Page of results, from 1. */
  resultPage: number;
}

/** What a kind of vector is called. */
export const kindNames: Readonly<Record<VectorKind, string>> = {
  base: "Everything",
  color: "Colour",
  texture: "Texture",
  material: "Material",
  style: "Style",
};

const idFormat = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const hashFormat = /^[0-9a-f]{16,64}$/;
const maxTextCharacters = 1_000;

function toText(value: string | undefined, maxLength: number): string | undefined {
  const text = value?.replaceAll("\0", "").toWellFormed().trim().slice(0, maxLength) ?? "";
  return text === "" ? undefined : text;
}

const toNumber = (value: string | undefined, [least, most]: readonly [number, number]): number | undefined => {
  const number = Number(value === "" ? Number.NaN : value);
  return Number.isFinite(number) && number >= least && number <= most ? number : undefined;
};

const matching = (value: string | undefined, format: RegExp): string | undefined =>
  value !== undefined && format.test(value) ? value : undefined;

function readWeights(query: (name: string) => string | undefined): KindWeights {
  const given = vectorKinds.map((kind) => [kind, toNumber(query(`w_${kind}`), [0, 100])] as const);
  const weights = Object.fromEntries(given.filter(([, weight]) => weight !== undefined && weight > 0)) as KindWeights;
  return Object.keys(weights).length === 0 ? { base: 100 } : weights;
}

/** Reads an address; what is no valid value is as if it were not there. */
export function readPictureRequest(query: (name: string) => string | undefined): PictureRequest {
  const labels = Object.fromEntries(aspects.map((aspect) => [aspect, toText(query(aspect), 100)]));
  const text = toText(query("text"), maxTextCharacters);
  // One of the three counts: words that somebody types while looking at what is like a photo.
  const photoId = text === undefined ? matching(query("photo"), hashFormat) : undefined;
  const likeId = text === undefined && photoId === undefined ? matching(query("like"), hashFormat) : undefined;
  return {
    text,
    photoId,
    likeId,
    weights: readWeights(query),
    filter: {
      documentId: matching(query("document"), idFormat),
      page: Math.trunc(toNumber(query("page"), [1, 1_000_000]) ?? 0) || undefined,
      ...labels,
    },
    resultPage: Math.trunc(toNumber(query("p"), [1, 1_000]) ?? 1),
  };
}

/** Names and values of a request, without what is the default. */
export function toPictureParameters(request: PictureRequest): Record<string, string> {
  const { text, photoId, likeId, weights, filter, resultPage } = request;
  const isDefault = Object.keys(weights).length === 1 && weights.base !== undefined;
  const entries: [string, string | number | undefined][] = [
    ["text", text],
    ["photo", photoId],
    ["like", likeId],
    ...(isDefault ? [] : vectorKinds.map((kind): [string, number | undefined] => [`w_${kind}`, weights[kind]])),
    ["document", filter.documentId],
    ["page", filter.page],
    ...aspects.map((aspect): [string, string | undefined] => [aspect, filter[aspect]]),
    ["p", resultPage === 1 ? undefined : resultPage],
  ];
  return Object.fromEntries(
    entries.filter(([, value]) => value !== undefined && value !== "").map(([name, value]) => [name, String(value)]),
  );
}

/** The address of a request. */
export function toPictureAddress(request: PictureRequest): string {
  const query = new URLSearchParams(toPictureParameters(request)).toString();
  return query === "" ? "/pictures" : `/pictures?${query}`;
}

/** A request for everything; spread changes over it. */
export const allPictures: PictureRequest = {
  text: undefined,
  photoId: undefined,
  likeId: undefined,
  weights: { base: 100 },
  filter: {},
  resultPage: 1,
};
