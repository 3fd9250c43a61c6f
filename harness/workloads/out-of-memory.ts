import { JoulemarkError, messageOf } from '../errors.ts'
import type { Workload } from './workload.ts'
import { unknownEndpoint } from './workload.ts'

/** Out-of-memory messages of torch, CUDA, vLLM and diffusion servers. */
const SAYS_OOM =
  /out of memory|OutOfMemoryError|CUDA_ERROR_OUT_OF_MEMORY|CUBLAS_STATUS_ALLOC_FAILED|No available memory for the cache blocks|more KV cache is needed/i

/** Whether an error text means that memory ran out. */
export const saysOutOfMemory = (text: string): boolean => SAYS_OOM.test(text)

/** A workload whose result is that memory ran out: nothing is measured. */
export type OutOfMemory = Workload & { readonly oom: string; readonly oomReason?: string }

/** Whether a model fits by arithmetic, and the bytes. */
export interface Fit {
  readonly fits: boolean
  /** Why not, in one line for a reader of a table. */
  readonly reason: string
  readonly evidence: string
}

/**
 * Prepares a workload; errors that a too small card explains (no server, or another model
 * served) become an out-of-memory result, if the model does not fit by arithmetic. All other errors are rethrown. A server
 * that serves the model is measured, whether or not it fits by arithmetic.
 */
export async function orOutOfMemory<Prepared>(
  endpoint: string,
  fit: Fit | null,
  prepare: () => Promise<Prepared>,
): Promise<Prepared | OutOfMemory> {
  try {
    return await prepare()
  } catch (error) {
    if (!(error instanceof JoulemarkError)) throw error
    const message = messageOf(error)
    if (saysOutOfMemory(message)) return outOfMemory(endpoint, message)
    const explained = error.code === 'environment' || message.includes('does not serve')
    if (fit === null || fit.fits || !explained) throw error
    const served = `not served here (${message.replace(/;.*$/s, '')})`
    return outOfMemory(endpoint, `does not fit: ${fit.evidence}; ${served}`, fit.reason)
  }
}

function outOfMemory(url: string, evidence: string, reason?: string): OutOfMemory {
  const refuse = () => Promise.reject(new JoulemarkError('environment', evidence))
  return {
    address: null,
    endpoint: unknownEndpoint(url),
    simulatedBy: null,
    command: null,
    oom: evidence,
    ...(reason === undefined ? {} : { oomReason: reason }),
    start: refuse,
  }
}
