import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'

/**
 * Memory limits of a load worker. It allocates a few short-lived objects per request and keeps almost nothing. In 36 MB
 * of young generation (three times its semi-space of 12 MB) a collection finds nearly all of them unreachable.
 */
const LIMITS = { maxYoungGenerationSizeMb: 36, maxOldGenerationSizeMb: 512 } as const

/**
 * The command line keeps the semi-space of the main thread at 4 MB, and that flag outranks the limits of a worker: rows
 * were moved to the old generation, which was collected every five seconds with pauses of up to 43 ms while tokens were
 * timed. V8 reads these flags when it makes the heap of a new thread; the heaps that exist stay as they are.
 */
const HEAP_FLAGS = [
  '--min-semi-space-size=12',
  '--max-semi-space-size=12',
  '--expose-gc',
  // helper threads that share the cores with a busy server would be waited for
  '--no-parallel-scavenge',
]
/**
 * The old generation is first collected beyond this size, and between two phases. Requests in flight are moved there, so
 * that it grows with the streams: a thousand leave it alone in a trial of a minute, and a few need little memory.
 */
const oldSpaceMb = (streams: number): number => 24 + Math.ceil(streams / 10)

/** Starts a thread whose heap is made for timing that many streams: the module at `url` with its data. */
export function startTimingWorker(url: URL, streams: number, workerData: unknown): Worker {
  for (const flag of [...HEAP_FLAGS, `--initial-old-space-size=${oldSpaceMb(streams)}`]) setFlagsFromString(flag)
  return new Worker(url, { workerData, resourceLimits: LIMITS })
}

/** Collects all garbage of this thread: tens of milliseconds, for the time between two phases of load. */
export function collectGarbage(): void {
  const { gc } = globalThis as { readonly gc?: () => void }
  gc?.()
}
