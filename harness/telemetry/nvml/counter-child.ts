/**
 * The child process that loads NVML, started by `counter.ts` and driven over IPC. A segmentation fault or a call
 * that never returns affects only this process.
 */
import { type CounterLibrary, openCounterLibrary } from './counter-library.ts'
import type { CounterReply, CounterRequest, CounterResult } from './states.ts'

let library: CounterLibrary | null = null

async function answer(request: CounterRequest): Promise<CounterResult> {
  if (request.ask === 'open') {
    const opened = await openCounterLibrary(request.library, request.uuids)
    if ('state' in opened) return opened
    library = opened
  }
  return library?.read() ?? { state: 'failed', reason: 'NVML was read before it was opened' }
}

process.on('message', (request: CounterRequest) => {
  void answer(request).then((result) => {
    process.send?.({ id: request.id, result } satisfies CounterReply)
  })
})
// The parent process has ended.
process.on('disconnect', () => process.exit(0))
