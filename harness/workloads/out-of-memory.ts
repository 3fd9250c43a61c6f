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

/** What shows that this very model was tried on these cards. */
export interface Tried {
  /** By arithmetic; null where model or card is not known. */
  readonly fit: Fit | null
  /** The words of memory with which the server that was started for this model ended; null where none was, or it started. */
  readonly startFailure: string | null
}

/**
 * Prepares a workload. Out of memory is the result only where this very model was tried: the server says that memory ran
 * out, or the one that was started for the model ended for want of memory and none answers. All other errors are rethrown:
 * a server of another model, or none at all, says nothing about this one, whether or not it would fit. A server that serves
 * the model is measured in any case.
 */
export async function orOutOfMemory<Prepared>(
  endpoint: string,
  { fit, startFailure }: Tried,
  prepare: () => Promise<Prepared>,
): Promise<Prepared | OutOfMemory> {
  try {
    return await prepare()
  } catch (error) {
    if (!(error instanceof JoulemarkError)) throw error
    const message = messageOf(error)
    if (saysOutOfMemory(message)) return outOfMemory(endpoint, message)
    if (startFailure === null || error.code !== 'environment') throw error
    const ended = `the server did not start (${startFailure})`
    return fit === null || fit.fits
      ? outOfMemory(endpoint, ended)
      : outOfMemory(endpoint, `does not fit: ${fit.evidence}; ${ended}`, fit.reason)
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
