/** The package has no types: as much of it as is used. */
declare module "@cornerstonejs/codec-openjpeg" {
  interface Frame {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
    isSigned: boolean;
  }

  class J2KEncoder {
    /** Where the pixels go. */
    getDecodedBuffer(frame: Frame): Uint8Array;
    setQuality(isLossless: boolean, quality: number): void;
    encode(): void;
    getEncodedBuffer(): Uint8Array;
    delete(): void;
  }

  export default function load(): Promise<{ J2KEncoder: typeof J2KEncoder }>;
}
