import type { CommandIo } from './io.ts'

/** Messages at the first and at the second interrupt. */
export interface InterruptWords {
  readonly first: string
  readonly second: string
}

/** For a run: requests in flight may end, or are cut. */
export const runInterrupts: InterruptWords = {
  first: 'interrupted: no new requests; waiting for those in flight (again to cut them)',
  second: 'interrupted again: cutting what is in flight and writing the record',
}

/** For a server started by this command. */
export const serverInterrupts: InterruptWords = {
  first: 'interrupted: stopping the server',
  second: 'still stopping the server; interrupt once more to leave at once, which may leave it running',
}

/** Signals of a person, or of a program that ends this one. */
const signals = ['SIGINT', 'SIGTERM'] as const

/** What a lost terminal does, such as that of an SSH session: `end` is the first interrupt. */
export type OnHangUp = 'end' | { readonly goOn: string }

/** Who started this process. */
export interface Starter {
  readonly isNpm: boolean
  /** The parent of this process now. */
  readonly pid: () => number
}
const starter: Starter = { isNpm: process.env['npm_lifecycle_event'] !== undefined, pid: () => process.ppid }
/** Time between two looks at the starter. */
const STARTER_POLL_MS = 1000

export interface Interrupts {
  /** After the first interrupt: an orderly end. */
  readonly drain: AbortSignal
  /** After the second: a quick one. */
  readonly abort: AbortSignal
  readonly unwatch: () => void
}

/**
 * Interrupts of this process. The first asks for an orderly end (drain, write), the second for a quick one (cut,
 * write); a third leaves at once: what is on disk is valid at every moment. A lost terminal sends SIGHUP more than once
 * (the kernel, the shell): it never counts as a second interrupt, and with `goOn` not as a first one; `goOn` is what is
 * said then. npm passes on SIGINT and SIGTERM only: when it is gone for another reason, that is a lost terminal too.
 */
export function watchInterrupts(
  { stderr }: Pick<CommandIo, 'stderr'>,
  words: InterruptWords = runInterrupts,
  onHangUp: OnHangUp = 'end',
  { isNpm, pid }: Starter = starter,
): Interrupts {
  const say = (line: string) => stderr.write(`\n${line}\n`)
  const drain = new AbortController()
  const abort = new AbortController()
  let isHungUp = false
  const onSignal = () => {
    if (!drain.signal.aborted) {
      say(words.first)
      drain.abort()
    } else if (!abort.signal.aborted) {
      say(words.second)
      abort.abort()
    } else process.exit(130)
  }
  const onHup = () => {
    if (isHungUp) return
    isHungUp = true
    if (onHangUp !== 'end') say(onHangUp.goOn)
    else if (!drain.signal.aborted) onSignal()
  }
  for (const signal of signals) process.on(signal, onSignal)
  process.on('SIGHUP', onHup)
  const startedBy = pid()
  const onLook = () => {
    if (pid() !== startedBy) onHup()
  }
  const watch = isNpm ? setInterval(onLook, STARTER_POLL_MS).unref() : null
  return {
    drain: drain.signal,
    abort: abort.signal,
    unwatch: () => {
      for (const signal of signals) process.off(signal, onSignal)
      process.off('SIGHUP', onHup)
      if (watch) clearInterval(watch)
    },
  }
}
