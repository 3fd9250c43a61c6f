/**
 * Two interrupts. The first asks for an orderly end (drain, write), the second for a quick one (cut, write);
 * a third leaves at once: what is on disk is valid at every moment.
 */
export function watchInterrupts(say: (line: string) => void): {
  drain: AbortSignal
  abort: AbortSignal
  unwatch: () => void
} {
  const drain = new AbortController()
  const abort = new AbortController()
  const onSignal = () => {
    if (!drain.signal.aborted) {
      say('interrupted: no new requests; waiting for those in flight (again to cut them)')
      drain.abort()
    } else if (!abort.signal.aborted) {
      say('interrupted again: cutting what is in flight and writing the record')
      abort.abort()
    } else process.exit(130)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    drain: drain.signal,
    abort: abort.signal,
    unwatch: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
