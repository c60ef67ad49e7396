/** The part of utif2 that is used; it brings no types of its own. */
declare module "utif2" {
  /** One page. */
  interface TiffPage {
    /** Set by decodeImage. */
    width: number;
    height: number;
    /** Tag 274, orientation as EXIF has it. */
    t274?: [number];
  }
  const tiff: {
    decode(file: ArrayBuffer): TiffPage[];
    decodeImage(file: ArrayBuffer, page: TiffPage): void;
    toRGBA8(page: TiffPage): Uint8Array<ArrayBuffer>;
  };
  export default tiff;
}
