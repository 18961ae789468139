/** How a long clearing-up is cut: things a batch, batches a run, and who may end it early. */
export type Batches = { size: number; batchesMax: number; stopping: AbortSignal | undefined }

/**
 * Runs batches one after another until one is not full, `batchesMax` are done, or the server stops; how many things in all.
 * `batch` is told how many things to take and returns how many it took.
 */
export async function drain(
  batch: (size: number) => Promise<number>,
  { size, batchesMax, stopping }: Batches,
): Promise<number> {
  let all = 0
  for (let done = 0; done < batchesMax && !stopping?.aborted; done += 1) {
    const taken = await batch(size)
    all += taken
    if (taken < size) break
  }
  return all
}
