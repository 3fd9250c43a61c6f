import { JoulemarkError } from '../../harness/errors.ts'
import { jsonOf } from '../../harness/json-text.ts'
import { plainText } from '../../harness/plain-text.ts'
import { type CommandEnd, type RunningCommand, startCommand } from '../../harness/workloads/command.ts'

/** A line of a program that prints JSON. */
export type ProgramLine = Readonly<Record<string, unknown>>

/** A program that prints one line of JSON per fact. */
export interface JsonProgram extends RunningCommand {
  /** The first line for which `isReady` holds. Rejects with `environment` where the program ends or is stopped before it. */
  readonly ready: Promise<ProgramLine>
}

export interface JsonProgramOptions {
  readonly isReady: (line: ProgramLine) => boolean
  readonly onLine?: (line: ProgramLine) => void
  /** UUIDs of the cards that it may use. */
  readonly gpus: readonly string[]
  /** Stops it. */
  readonly signal: AbortSignal
  /** Whether `signal` stops it only before it is ready: what uses it then ends it. */
  readonly untilReady?: boolean
}

/** Starts a program in Python that prints JSON lines, with its group of processes, so that nothing of it stays. */
export async function startJsonProgram(command: readonly string[], options: JsonProgramOptions): Promise<JsonProgram> {
  const { isReady, onLine = () => undefined, gpus, signal, untilReady = false } = options
  const ready = Promise.withResolvers<ProgramLine>()
  // whoever waits for it hears of it; nobody else has to
  ready.promise.catch(() => undefined)
  let said: string | null = null
  const running = await startCommand(command, {
    gpus,
    onLine: (text) => {
      const line = jsonOf(text)
      if (typeof line !== 'object' || line === null) return
      const facts = line as ProgramLine
      if (typeof facts['error'] === 'string') said = plainText(facts['error'])
      if (isReady(facts)) ready.resolve(facts)
      onLine(facts)
    },
  })
  const stop = () => running.stop()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  if (untilReady)
    ready.promise.then(
      () => signal.removeEventListener('abort', stop),
      () => undefined,
    )
  const ended = running.ended.then((end) => {
    signal.removeEventListener('abort', stop)
    const why = signal.aborted
      ? 'it was stopped: its time was up, or the proof was interrupted'
      : (said ?? endWords(end))
    ready.reject(new JoulemarkError('environment', `${nameOf(command)}: ${why}`))
    return said === null ? end : { ...end, stderrTail: said }
  })
  return { ...running, ended, ready: ready.promise }
}

/** How a program ended, in one line. */
export const endWords = ({ code, signal, stderrTail }: CommandEnd): string =>
  [signal === null ? `ended with code ${code ?? 'none'}` : `ended by ${signal}`, stderrTail].filter(Boolean).join(': ')

/** The file name of the program of a command. */
export const nameOf = (command: readonly string[]): string => (command[1] ?? command[0] ?? '').split('/').at(-1) ?? ''
