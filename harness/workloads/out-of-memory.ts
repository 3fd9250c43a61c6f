import { JoulemarkError, messageOf } from '../errors.ts'
import type { Workload } from './workload.ts'
import { unknownEndpoint } from './workload.ts'

/** How torch, CUDA, vLLM and diffusion servers say that the card's memory is used up. */
const SAYS_OOM =
  /out of memory|OutOfMemoryError|CUDA_ERROR_OUT_OF_MEMORY|CUBLAS_STATUS_ALLOC_FAILED|No available memory for the cache blocks|more KV cache is needed/i

/** Whether an error text means that memory ran out. */
export const saysOutOfMemory = (text: string): boolean => SAYS_OOM.test(text)

/** Whether an arithmetic fit, and the bytes behind it. */
export interface Fit {
  readonly fits: boolean
  readonly evidence: string
}

/**
 * A workload that cannot run for memory: thrown errors that a card too small explains (nothing there, or another model
 * served) become that result, where arithmetic says so. Everything else is thrown on: a wrong key is no OOM. A server
 * that does serve the model is measured, whatever the arithmetic says.
 */
export async function orOutOfMemory(
  endpoint: string,
  fit: Fit | null,
  prepare: () => Promise<Workload>,
): Promise<Workload> {
  try {
    return await prepare()
  } catch (error) {
    if (!(error instanceof JoulemarkError)) throw error
    const says = messageOf(error)
    if (saysOutOfMemory(says)) return outOfMemory(endpoint, says)
    const explained = error.code === 'environment' || says.includes('does not serve')
    if (fit === null || fit.fits || !explained) throw error
    return outOfMemory(
      endpoint,
      `it does not fit: ${fit.evidence}; nothing serves it here (${says.replace(/;.*$/s, '')})`,
    )
  }
}

function outOfMemory(url: string, evidence: string): Workload {
  const refuse = () => Promise.reject(new JoulemarkError('environment', evidence))
  return {
    address: null,
    endpoint: unknownEndpoint(url),
    simulatedBy: null,
    command: null,
    oom: evidence,
    start: refuse,
  }
}
