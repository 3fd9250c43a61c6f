import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { hostname } from 'node:os'
import { dockerEnv } from '../../endpoint/serve/container-env.ts'
import { ask } from './network/request.ts'
import { freeSpace } from './storage/free-space.ts'
import type { PreflightTools, ProgramEnd } from './tools.ts'

/** What a preflight is asked. */
export type PreflightQuestions = Pick<
  PreflightTools,
  'engine' | 'engineArgs' | 'cacheDir' | 'env' | 'offline' | 'mayPull'
>

/** The tools that reach the world: the engine's program, the network, the disks, the ports. */
export const preflightTools = (questions: PreflightQuestions): PreflightTools => ({
  ...questions,
  run: (program, args, timeoutMs) => runProgram(program, args, { timeoutMs, env: withoutToken(questions.env) }),
  ask,
  disk: freeSpace,
  portError,
  hostname: hostname(),
  wallMs: () => Date.now(),
})

/** No program of a preflight downloads weights. */
const withoutToken = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const { HF_TOKEN: _, ...rest } = env
  return dockerEnv(rest)
}

const MAX_TEXT_BYTES = 4 * 2 ** 20

function runProgram(
  program: string,
  args: readonly string[],
  { timeoutMs, env }: { readonly timeoutMs: number; readonly env: NodeJS.ProcessEnv },
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const options = { env, timeout: timeoutMs, maxBuffer: MAX_TEXT_BYTES, killSignal: 'SIGKILL' } as const
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, stderr })
      if (error.code === 'ENOENT') return resolve({ absent: `no ${program} on PATH` })
      // killed after the time limit, or after too much text
      if (error.killed === true || typeof error.code === 'number') {
        return resolve({ code: error.killed === true ? null : Number(error.code), stdout, stderr })
      }
      resolve({ absent: `${program}: ${error.code ?? error.signal ?? 'did not start'}` })
    })
  })
}

/** Tries to listen on a port, as the engine will; the code of the error, or null. */
const portError = (port: number): Promise<string | null> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(null)))
  })
