import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { ExactOptions } from './exact-options.ts'

export interface Loopback {
  readonly url: string
  /** Ends the server and returns its stamps: rows as in loopback-scenario.ts, the arrival of the request second. */
  finish(): Promise<Float64Array>
  kill(): void
}

/** Memory for a round without garbage collection: a pause between a stamp and its write would count as client error. */
const WITHOUT_COLLECTION = ['--max-semi-space-size=128', '--min-semi-space-size=128', '--single-threaded-gc']

/**
 * Starts the exact loopback server in a separate process; `before` is a command to run it with, such as one that keeps
 * it on a core. Rejects when it does not start.
 */
export async function startLoopback(options: ExactOptions, before: readonly string[] = []): Promise<Loopback> {
  const file = fileURLToPath(new URL('server.ts', import.meta.url))
  const [program = '', ...args] = [...before, process.execPath, ...WITHOUT_COLLECTION, file, JSON.stringify(options)]
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString().trim()))
    child.once('error', reject)
    child.once('exit', () => reject(new Error('the loopback server ended before it was ready')))
  })
  return {
    url,
    async finish() {
      child.kill('SIGTERM')
      await exited
      const bytes = await readFile(options.stampsFile)
      return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
    },
    kill: () => child.kill('SIGKILL'),
  }
}
