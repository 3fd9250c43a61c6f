import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLoopback } from '../../load/loopback/start-server.ts'
import { percentileSorted } from '../../stats/percentiles.ts'
import { OUTPUT_TOKENS, type PeerLoad, type Reported, type Tool, TRUE_GAP_MS, TRUE_TTFT_MS } from './peer-load.ts'
import { watchSession } from './process-cost.ts'

/** What one tool reported, what was true, and what it cost. */
export interface PeerRun {
  readonly reported: Reported
  readonly true: {
    readonly ttftP50Ms: number
    readonly ttftP99Ms: number
    readonly gapP50Ms: number
    readonly gapP99Ms: number
  }
  readonly tokens: number
  readonly cpuUsPerToken: number
  readonly peakMb: number
  readonly wallS: number
  /** Share of one core that other work on this machine had meanwhile. */
  readonly otherWorkShare: number
}

const TIMEOUT_MS = 400_000
const pinned = (cpus: string | null, command: readonly string[]): readonly string[] =>
  cpus === null ? command : ['taskset', '-c', cpus, ...command]

/** Runs one tool against an exact server of its own. Throws with the end of its output if it fails. */
export async function play(tool: Tool, load: PeerLoad): Promise<PeerRun> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-peers-'))
  const server = await startLoopback(
    {
      ttftMs: TRUE_TTFT_MS,
      ratePerS: 1000 / TRUE_GAP_MS,
      chunks: OUTPUT_TOKENS,
      stampsFile: join(folder, 'stamps'),
      asRequested: true,
    },
    pinned(load.serverCpus, []),
  )
  try {
    const startMs = performance.now()
    const cost = await runTool(pinned(load.toolCpus, tool.command(load, server.url, folder)), tool.env ?? {}, folder)
    const wallS = (performance.now() - startMs) / 1000
    const truth = truthOf(await server.finish())
    return {
      reported: tool.read(folder, (path) => readFileSync(path, 'utf8')),
      true: truth.figures,
      tokens: truth.tokens,
      cpuUsPerToken: (cost.cpuMs * 1000) / truth.tokens,
      peakMb: cost.peakMb,
      wallS,
      otherWorkShare: cost.otherCpuMs / (wallS * 1000),
    }
  } finally {
    server.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runTool(command: readonly string[], env: Readonly<Record<string, string>>, folder: string) {
  const [program = '', ...args] = command
  // a session of its own, by which its processes are found
  const child = spawn(program, args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      output = (output + bytes.toString()).slice(-4000)
    })
  }
  const timer = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), TIMEOUT_MS)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('exit', resolve)
    child.once('error', reject)
  })
  const watch = child.pid === undefined ? null : watchSession(child.pid)
  const code = await ended.finally(() => clearTimeout(timer))
  const cost = watch?.stop() ?? { cpuMs: 0, peakMb: 0, otherCpuMs: 0 }
  if (code !== 0) throw new Error(`ended with ${code}: ${output.trim().slice(-1500)}`)
  return cost
}

function truthOf(stamps: Float64Array): { figures: PeerRun['true']; tokens: number } {
  const width = OUTPUT_TOKENS + 2
  const ttfts: number[] = []
  const gaps: number[] = []
  let tokens = 0
  for (let row = 0; row < stamps.length; row += width) {
    const firstMs = stamps[row + 2] as number
    if (Number.isNaN(firstMs)) continue
    ttfts.push(firstMs - (stamps[row + 1] as number))
    tokens += 1
    for (let at = row + 3; at < row + width && !Number.isNaN(stamps[at]); at += 1) {
      gaps.push((stamps[at] as number) - (stamps[at - 1] as number))
      tokens += 1
    }
  }
  const at = (values: readonly number[], share: number) =>
    percentileSorted(Float64Array.from(values).sort(), share) ?? Number.NaN
  const figures = {
    ttftP50Ms: at(ttfts, 0.5),
    ttftP99Ms: at(ttfts, 0.99),
    gapP50Ms: at(gaps, 0.5),
    gapP99Ms: at(gaps, 0.99),
  }
  return { figures, tokens }
}
