/** A rectangle on a page as it is shown (turned as the PDF says), as shares of its width and height from the top left. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A line of text on a page. */
interface TextLine {
  text: string;
  box: Box;
}

/** How the pixels lay in the PDF. `raw` is Flate, LZW, run lengths or nothing; `mask` is a stencil painted in one colour. */
export type PictureKind = "jpeg" | "jpx" | "jbig2" | "ccitt" | "raw" | "inline" | "mask" | "unknown";

/** An encoded picture. */
export interface EncodedPicture {
  bytes: Uint8Array;
  type: "image/jpeg" | "image/png" | "image/webp";
  width: number;
  height: number;
}

/** A picture of a PDF, decoded to sRGB and encoded again. However often it is shown, it is one. */
export interface Picture {
  /** 32 hexadecimal digits of the SHA-256 of its pixels as the PDF has them: the same in every file and on every run. */
  id: string;
  /** Pixels in the PDF, turned as the page first shows it. */
  width: number;
  height: number;
  kind: PictureKind;
  /** Name of the PDF's colour space, "DeviceCMYK", "Indexed"; "unknown" where the file does not say it plainly. */
  colorSpace: string;
  /** Whether some of its pixels are transparent. */
  hasMask: boolean;
  /** How many images of the PDF were joined into this one, 1 when none was. */
  strips: number;
  /** 16 hexadecimal digits: gradients of its grey values, see perceptual-hash.ts. */
  perceptualHash: string;
  /** 24 hexadecimal digits: colours of its quarters, see perceptual-hash.ts. */
  colorHash: string;
  /** What is embedded: opaque (transparent is white), at most maxPictureSide pixels to a side; JPEG, or PNG where it is small. */
  file: EncodedPicture;
  /** WebP, at most thumbnailSide pixels to a side, transparent where the picture is. */
  thumbnail: EncodedPicture;
}

/** One place where a page shows a picture. */
export interface PlacedPicture {
  /** Page, from 1. */
  page: number;
  /** Which picture of the page in the order of painting, from 0. */
  index: number;
  /** {@link Picture.id}. */
  pictureId: string;
  /** What is seen of it: cut to the page and to the frames it is shown in. */
  box: Box;
  /** Text lines close to it, in the order of reading, cut to 500 characters; "" when there are none. */
  nearbyText: string;
  /** The one line that most likely names it; undefined when none is close. */
  caption: string | undefined;
  /** The picture itself, where this reader has not given it out before. */
  picture: Picture | undefined;
}

/** What could not be read of a page; the rest of it is there. */
export type PageProblem =
  /** Nothing of the page could be read. */
  | "page_broken"
  | "page_too_slow"
  | "page_too_much_memory"
  /** A picture's data is damaged; `count` says how many. */
  | "picture_broken"
  | "picture_too_large"
  | "too_many_pictures";

/** A warning of a page. */
export interface PageWarning {
  problem: PageProblem;
  /** For people. */
  message: string;
  count: number;
}

/** A page with what is on it. */
export interface PdfPage {
  /** From 1. */
  index: number;
  /** Size as shown, in points of 1/72 inch. */
  width: number;
  height: number;
  lines: TextLine[];
  pictures: PlacedPicture[];
  /** Pictures that were left out because they are small (rules, icons, bullets). */
  smallPictures: number;
  /** The page as a WebP picture; undefined unless asked for. */
  preview: EncodedPicture | undefined;
  warnings: PageWarning[];
  /** Milliseconds that reading it took. */
  readMs: number;
}
