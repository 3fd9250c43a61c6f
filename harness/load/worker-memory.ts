import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'

/**
 * Memory limits of a load worker. It allocates a few short-lived objects per request and keeps almost nothing. In 48 MB
 * of young generation (three times its semi-space of 16 MB) a collection finds nearly all of them unreachable.
 */
const LIMITS = { maxYoungGenerationSizeMb: 48, maxOldGenerationSizeMb: 512 } as const

/**
 * The command line keeps the semi-space of the main thread at 4 MB, and that flag outranks the limits of a worker: rows
 * were moved to the old generation, which was collected every five seconds with pauses of up to 43 ms while tokens were
 * timed. V8 reads these flags when it makes the heap of a new thread; the heaps that exist stay as they are. The old
 * generation is first collected beyond its initial size, which a trial does not fill, and between the trials.
 */
const HEAP_FLAGS = [
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--initial-old-space-size=128',
  '--expose-gc',
]

/** Starts a thread whose heap is made for timing: the module at `url` with its data. */
export function startTimingWorker(url: URL, workerData: unknown): Worker {
  for (const flag of HEAP_FLAGS) setFlagsFromString(flag)
  return new Worker(url, { workerData, resourceLimits: LIMITS })
}

/** Collects all garbage of this thread: tens of milliseconds, for the time between two phases of load. */
export function collectGarbage(): void {
  const { gc } = globalThis as { readonly gc?: () => void }
  gc?.()
}
