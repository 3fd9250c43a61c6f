import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export interface LoopbackOptions {
  readonly ttftMs: number
  /** Events a second and stream; 0 is as fast as the client takes them. */
  readonly ratePerS: number
  readonly chunks: number
  /** Where the server writes its stamps when it ends. */
  readonly stampsFile: string
}

export interface Loopback {
  readonly url: string
  /** Ends the server and returns its stamps: rows as in loopback-scenario.ts, with the arrival of the request in the second place. */
  finish(): Promise<Float64Array>
  kill(): void
}

/** A collection between a stamp and its write would be blamed on the client: this much memory holds a round without one. */
const QUIET = ['--max-semi-space-size=128', '--min-semi-space-size=128', '--single-threaded-gc']

/** Starts the exact loopback server as a process of its own. Rejects when it does not come up. */
export async function startLoopback(options: LoopbackOptions): Promise<Loopback> {
  const file = fileURLToPath(new URL('server.ts', import.meta.url))
  const child = spawn(process.execPath, [...QUIET, file, JSON.stringify(options)], {
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
