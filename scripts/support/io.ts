import type { Config } from '../../harness/scenario/config/load-config.ts'
import { secretsIn, strictMaskOf } from '../../harness/secret-mask.ts'
import { jsonLog } from '../live/json-log.ts'
import { type Bottom, bottomOf, writerOf } from './streams.ts'
import type { View } from './view.ts'

/** The input and output of a command, passed in so that commands can be tested. */
export interface CommandIo {
  readonly stdout: (text: string) => void
  readonly stderr: View
  /** Asks the person one question; absent where nobody is at a terminal. */
  readonly ask?: (question: string) => Promise<string>
  readonly env: NodeJS.ProcessEnv
  /** What joulemark.yaml says, read before the command starts; absent for commands that take no --config. */
  readonly config?: Config
  /** Width of the terminal that stdout is, or null when it is piped. */
  readonly columns: number | null
  /** Whether stdout may have colours. */
  readonly color: boolean
}

/**
 * The input and output of the process. No secret of the environment is printed, and nothing that is invisible or changes the
 * direction of text on a terminal. NO_COLOR is honoured; piped output is plain. After the reader of a stream has
 * closed it, further output is dropped and the command continues: it still writes its records and files, and its exit
 * code does not change. With `json` every line of stderr is one JSON object.
 */
export function processIo(logFormat: 'text' | 'json' = 'text'): CommandIo {
  const mask = strictMaskOf(secretsIn(process.env))
  const isPlain = (process.env['NO_COLOR'] ?? '') !== ''
  const errors = writerOf(process.stderr, mask)
  const bottom = process.stderr.isTTY && logFormat === 'text' ? bottomOf(process.stderr, errors) : null
  // on a terminal both streams are above the same block
  const isShared = bottom !== null && process.stdout.isTTY === true
  const stdout = writerOf(process.stdout, mask)
  return {
    stdout: isShared ? bottom.above(stdout) : stdout,
    stderr: logFormat === 'json' ? jsonErrors(errors) : textErrors(errors, bottom, isPlain),
    ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: askOnTerminal } : {}),
    env: process.env,
    columns: process.stdout.isTTY ? (process.stdout.columns ?? 80) : null,
    color: process.stdout.isTTY === true && !isPlain,
  }
}

function jsonErrors(write: (text: string) => void): View {
  const { view, end } = jsonLog(write)
  process.once('exit', end)
  // Node would print its own warnings as text
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => view.write(`warning: ${name}: ${message}\n`))
  return view
}

function textErrors(write: (text: string) => void, bottom: Bottom | null, isPlain: boolean): View {
  if (bottom === null) return { isTTY: false, color: false, write }
  const { terminal, above } = bottom
  return { isTTY: true, color: !isPlain, columns: () => terminal.columns, terminal, write: above(write) }
}

/** One line from the terminal; empty where it is closed (Ctrl-D). */
async function askOnTerminal(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await Promise.race([
      terminal.question(question),
      new Promise<string>((resolve) => terminal.once('close', () => resolve(''))),
    ])
  } finally {
    terminal.close()
  }
}

/** Prints one line on stderr for a deprecated form of a command. */
export const deprecated = (io: CommandIo, old: string, now: string): void =>
  io.stderr.write(`joulemark ${old} is deprecated; use joulemark ${now}\n`)
