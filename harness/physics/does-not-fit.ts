/**
 * Why a model does not fit, in one line for a reader: `does not fit: 39.8 GB of weights on 24 GB`. The bytes of what is counted
 * besides, and of what is usable, are the evidence and stand elsewhere. `memoryGb` is the rated memory of all GPUs together;
 * `kvBytes` is given where the weights alone would fit.
 */
export function doesNotFit(weightsBytes: number, memoryGb: number, kvBytes: number | null = null): string {
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  const kv = kvBytes === null ? '' : ` and ${gb(kvBytes)} of KV cache`
  return `does not fit: ${gb(weightsBytes)} of weights${kv} on ${Number(memoryGb.toFixed(0))} GB`
}
