import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** How a command ended. */
export interface Ended {
  /** What a terminal shows: stdout and stderr as they came. */
  readonly text: string
  readonly code: number
}

/** A bound for what hangs, not for what is slow. */
const LIMIT_MS = 300_000

/**
 * Runs a line of a shell to its end, as a reader would. With `until` it is one that serves: it is interrupted as by Ctrl-C as soon
 * as it has printed that. A command that does not end is killed, with code 137.
 */
export async function runCommand(
  line: string,
  {
    folder,
    env,
    until,
  }: { readonly folder: string; readonly env: NodeJS.ProcessEnv; readonly until?: RegExp | undefined },
): Promise<Ended> {
  // Ctrl-C is for the command: the shell outlives it, and ends with its exit code
  const child = spawn('sh', ['-c', `trap : INT\n{ ${line}\n} 2>&1`], {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-(child.pid as number), name)
    } catch {
      // it has ended
    }
  }
  let text = ''
  let isStopped = false
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
    if (isStopped || until === undefined || !until.test(text)) return
    isStopped = true
    signal('SIGINT')
  })
  const timer = setTimeout(() => signal('SIGKILL'), LIMIT_MS)
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  return { text, code: code ?? 137 }
}
