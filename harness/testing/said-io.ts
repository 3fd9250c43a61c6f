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
