import { withoutInvisible } from '../../harness/plain-text.ts'
import type { Config } from '../../harness/scenario/config/load-config.ts'
import { type Mask, secretsIn, strictMaskOf } from '../../harness/secret-mask.ts'
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

/** Errors of a closed reader: of a pipe (EPIPE, `| head`), of a closed terminal (EIO). */
const readerGone = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'])

/**
 * The input and output of the process. No secret of the environment is printed, and nothing that is invisible or changes the
 * direction of text on a terminal. NO_COLOR is honoured; piped output is plain. After the reader of a stream has
 * closed it, further output is dropped and the command continues: it still writes its records and files, and its exit
 * code does not change.
 */
export function processIo(): CommandIo {
  const mask = strictMaskOf(secretsIn(process.env))
  const noColor = (process.env['NO_COLOR'] ?? '') !== ''
  return {
    stdout: writerOf(process.stdout, mask),
    stderr: {
      isTTY: process.stderr.isTTY === true,
      color: process.stderr.isTTY === true && !noColor,
      ...(process.stderr.isTTY ? { columns: () => process.stderr.columns ?? 80 } : {}),
      write: writerOf(process.stderr, mask),
    },
    ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: askOnTerminal } : {}),
    env: process.env,
    columns: process.stdout.isTTY ? (process.stdout.columns ?? 80) : null,
    color: process.stdout.isTTY === true && !noColor,
  }
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

function writerOf(stream: NodeJS.WriteStream, mask: Mask): (text: string) => void {
  let isOpen = true
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!readerGone.has(error.code ?? '')) throw error
    isOpen = false
  })
  return (text) => {
    if (!isOpen) return
    const masked = mask(text)
    stream.write(stream.isTTY === true ? withoutInvisible(masked) : masked)
  }
}

/** Prints one line on stderr for a deprecated form of a command. */
export const deprecated = (io: CommandIo, old: string, now: string): void =>
  io.stderr.write(`joulemark ${old} is deprecated; use joulemark ${now}\n`)
