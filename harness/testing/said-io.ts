import { type LiveOptions, openLive } from '../../scripts/live/live.ts'
import type { CommandIo } from '../../scripts/support/io.ts'

/** The input and output of a command that is called in a test, and what it has said so far. No terminal unless `columns` says so. */
export function saidIo(over: Partial<Pick<CommandIo, 'env' | 'columns' | 'config'>> = {}) {
  const said = { stdout: '', stderr: '' }
  const io: CommandIo = {
    stdout: (text) => {
      said.stdout += text
    },
    stderr: {
      isTTY: false,
      color: false,
      write: (text) => {
        said.stderr += text
      },
    },
    env: {},
    columns: null,
    color: false,
    ...over,
  }
  return { io, said }
}

/** A live display that writes to a log, and the lines of that log without their times. */
export function saidLive(options: Pick<LiveOptions, 'isShown' | 'isSaid'> = {}) {
  const { io, said } = saidIo()
  let nowMs = 0
  const live = openLive(io.stderr, { ...options, nowMs: () => nowMs })
  return {
    live,
    /** Sets the clock of the display, in ms. */
    at: (ms: number) => {
      nowMs = ms
    },
    said: () =>
      said.stderr
        .split('\n')
        .slice(0, -1)
        .map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /, '')),
  }
}
