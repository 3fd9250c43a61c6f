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

/** The real process. NO_COLOR is honoured; what is piped is plain. */
export function processIo(): CommandIo {
  const noColor = (process.env['NO_COLOR'] ?? '') !== ''
  return {
    stdout: (text) => process.stdout.write(text),
    stderr: {
      isTTY: process.stderr.isTTY === true,
      color: process.stderr.isTTY === true && !noColor,
      write: (text) => process.stderr.write(text),
    },
    env: process.env,
    columns: process.stdout.isTTY ? (process.stdout.columns ?? 80) : null,
    color: process.stdout.isTTY === true && !noColor,
  }
}
