/**
 * The process in which NVML lives: started by `counter.ts`, spoken to over its IPC channel. A segmentation fault or a call
 * that never returns ends this process and nothing else.
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
  return library?.read() ?? { state: 'failed', reason: 'NVML was asked before it was opened' }
}

process.on('message', (request: CounterRequest) => {
  void answer(request).then((result) => {
    process.send?.({ id: request.id, result } satisfies CounterReply)
  })
})
// The parent is gone: nobody will ever ask again.
process.on('disconnect', () => process.exit(0))
