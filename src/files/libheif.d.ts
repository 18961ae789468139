declare module 'libheif-js/libheif-wasm/libheif-bundle.mjs' {
  type Drawn = { data: Uint8ClampedArray; width: number; height: number }
  type Picture = {
    get_width(): number
    get_height(): number
    /** Turned upright as the file says; null where it cannot be decoded. */
    display(into: Drawn, done: (drawn: Drawn | null) => void): void
  }
  export default function libheif(): Promise<{ HeifDecoder: new () => { decode(bytes: Uint8Array): Picture[] } }>
}
