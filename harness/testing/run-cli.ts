import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../scripts/cli.ts', import.meta.url))

/**
 * The arguments of Node that start the command line with these words: its sources, whose types the Node of the project strips
 * itself, for half of the CPU time that tsx takes. What the npm scripts start, through tsx, is run by the demo and the
 * README's commands in .ci/run.
 */
export const cliWords = (...words: readonly string[]): string[] => [CLI, ...words]

/** How a command ended. */
export interface CliEnd {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command as a process of its own until it ends; `env` is added to that of this process. */
export function runCli(
  words: readonly string[],
  { env = {}, cwd }: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string | undefined } = {},
): Promise<CliEnd> {
  const options = { env: { ...process.env, NO_COLOR: '1', OPENAI_API_KEY: '', ...env }, cwd, maxBuffer: 2 ** 27 }
  return new Promise((resolve) => {
    execFile(process.execPath, cliWords(...words), options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}
