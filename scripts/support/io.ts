import type { View } from './progress-view.ts'

/** What a command may touch of the world around it: passed in, so that commands can be tested. */
export interface CommandIo {
  readonly stdout: (text: string) => void
  readonly stderr: View
  readonly env: NodeJS.ProcessEnv
  /** Width of the terminal that stdout is, or null when it is piped. */
  readonly columns: number | null
  /** Whether stdout may be coloured. */
  readonly color: boolean
}

/** The reader has gone: of a pipe (EPIPE, `| head`), of a terminal that was closed (EIO). */
const readerGone = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'])

/**
 * The real process. NO_COLOR is honoured; what is piped is plain. Where the reader of a stream has gone, what is left
 * for it is dropped and the command goes on: records and files are still written, and its exit code is its own.
 */
export function processIo(): CommandIo {
  const noColor = (process.env['NO_COLOR'] ?? '') !== ''
  return {
    stdout: writerOf(process.stdout),
    stderr: {
      isTTY: process.stderr.isTTY === true,
      color: process.stderr.isTTY === true && !noColor,
      write: writerOf(process.stderr),
    },
    env: process.env,
    columns: process.stdout.isTTY ? (process.stdout.columns ?? 80) : null,
    color: process.stdout.isTTY === true && !noColor,
  }
}

function writerOf(stream: NodeJS.WriteStream): (text: string) => void {
  let isOpen = true
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!readerGone.has(error.code ?? '')) throw error
    isOpen = false
  })
  return (text) => {
    if (isOpen) stream.write(text)
  }
}

/** One line on stderr for a form that still works and has a new one. */
export const deprecated = (io: CommandIo, old: string, now: string): void =>
  io.stderr.write(`joulemark ${old} is deprecated; use joulemark ${now}\n`)
