/** In the executable threads lie where they do in the sources, seen from the first of these. */
const THREAD = Bun.isStandaloneExecutable ? './files/heic-worker.ts' : new URL('./heic-worker.ts', import.meta.url).href

export type HeicQuestion = { bytes: Uint8Array<ArrayBuffer>; pixelsMax: number }
export type HeicAnswer = { bitmap: Uint8Array<ArrayBuffer> } | { refused: 'too-large' | 'broken' }

/**
 * Decodes a HEIC picture in a thread that ends with it, turned upright, as a bitmap of 4 bytes a pixel. A picture that is not done by the
 * time the signal is aborted is given up, as `broken`.
 */
export function decodeHeic(question: HeicQuestion, signal: AbortSignal): Promise<HeicAnswer> {
  const thread = new Worker(THREAD)
  const answer = new Promise<HeicAnswer>((resolve) => {
    const giveUp = () => resolve({ refused: 'broken' })
    thread.onmessage = ({ data }: MessageEvent<HeicAnswer>) => resolve(data)
    thread.onerror = (event) => {
      event.preventDefault()
      giveUp()
    }
    thread.addEventListener('close', giveUp)
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
    thread.postMessage(question)
  })
  return answer.finally(() => thread.terminate())
}
