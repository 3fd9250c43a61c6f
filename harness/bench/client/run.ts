import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { median } from 'simple-statistics'
import { type ClientErrors, compareStamps } from '../../load/loopback/stamp-errors.ts'
import { startLoopback } from '../../load/loopback/start-server.ts'
import type { BenchArena } from './finish.ts'

/**
 * `npm run bench:client`: accuracy and cost of this client and of others, on an exact mock server.
 * Clients alternate inside one run, so that a slow phase of the machine affects all of them; medians are printed.
 * Arguments: --reps N (5), --only NAME,… (modes), --clients NAME,….
 */
interface Mode {
  readonly name: string
  readonly streams: number
  readonly ratePerS: number
  readonly chunks: number
  readonly spreadMs: number
  readonly promptTokens: number
  readonly requestsPerStream: number
  readonly seconds: number
}

const paced = (streams: number, ratePerS = 40): Mode => ({
  name: `${streams}x${ratePerS}`,
  streams,
  ratePerS,
  chunks: 100,
  spreadMs: 800,
  promptTokens: 64,
  // two hundred requests or more: the p99 of fifty is their maximum
  requestsPerStream: Math.max(1, Math.ceil(200 / streams)),
  seconds: 0,
})
const modes: readonly Mode[] = [
  paced(50),
  paced(256),
  paced(1000),
  paced(1600),
  { ...paced(64), name: 'prompt 64x400KB', spreadMs: 0, promptTokens: 67_000, requestsPerStream: 1 },
  { ...paced(64), name: 'full speed 64', ratePerS: 0, chunks: 1000, spreadMs: 0, seconds: 3 },
]

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const node = ['--import', 'tsx']
const clients: Record<string, readonly [string, ...string[]]> = {
  joulemark: [process.execPath, ...node, here('client-joulemark.ts')],
  'openai SDK': [process.execPath, ...node, here('client-sdk.ts')],
  aiohttp: ['python3', here('client_aiohttp.py')],
}

interface Outcome {
  readonly cpuMs: number
  readonly wallMs: number
  readonly chunks: number
  readonly failed: number
  readonly rssMb: number
  readonly errors: ClientErrors | null
}

const flag = (name: string, fallback: string): string => {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback)
}

async function playOnce(mode: Mode, command: readonly [string, ...string[]]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-client-'))
  const resultFile = join(folder, 'client')
  const { streams, chunks, spreadMs, promptTokens, requestsPerStream, seconds, ratePerS } = mode
  const server = await startLoopback({ ttftMs: 50, ratePerS, chunks, stampsFile: join(folder, 'server') })
  try {
    const scenario: BenchArena = {
      url: server.url,
      streams,
      chunks,
      spreadMs,
      promptTokens,
      requestsPerStream,
      seconds,
      resultFile,
    }
    const [program, ...args] = command
    const { stdout } = await promisify(execFile)(program, [...args, JSON.stringify(scenario)], { maxBuffer: 1 << 26 })
    const cost = JSON.parse(stdout) as Omit<Outcome, 'errors'>
    const truth = await server.finish()
    return { ...cost, errors: seconds > 0 ? null : compareStamps(doubles(resultFile), truth, chunks) }
  } finally {
    server.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

function doubles(path: string): Float64Array {
  const bytes = readFileSync(path)
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

async function isUsable(name: string): Promise<boolean> {
  if (name !== 'aiohttp') return true
  return promisify(execFile)('python3', ['-c', 'import aiohttp']).then(
    () => true,
    () => false,
  )
}

const fixed = (value: number, digits: number) => value.toFixed(digits).padStart(9)

function line(client: string, runs: readonly Outcome[]): string {
  const mid = (of: (run: Outcome) => number) => median(runs.map(of))
  const cpu = `${fixed(
    mid((run) => (run.cpuMs * 1000) / run.chunks),
    1,
  )} ${fixed(
    mid((run) => (100 * run.cpuMs) / run.wallMs),
    0,
  )}`
  const rate = fixed(
    mid((run) => run.chunks / (run.wallMs / 1000)),
    0,
  )
  const rest = `${fixed(
    mid((run) => run.rssMb),
    0,
  )} ${runs.reduce((sum, run) => sum + run.failed, 0)}`
  const spread = (of: (errors: ClientErrors) => number, digits: number) =>
    fixed(
      mid((run) => (run.errors ? of(run.errors) : Number.NaN)),
      digits,
    )
  const errors = runs[0]?.errors
    ? [
        spread((each) => each.reportedTtftP50Ms, 1),
        spread((each) => each.ttftMs.p50, 3),
        spread((each) => each.ttftMs.p99, 3),
        spread((each) => each.ttftMs.max, 2),
        spread((each) => each.gapMs.p50, 3),
        spread((each) => each.gapMs.p99, 3),
        spread((each) => each.gapMs.max, 2),
        spread((each) => 100 * each.rateErrorShare, 3),
        fixed(
          mid((run) => run.errors?.lost ?? 0),
          0,
        ),
      ].join(' ')
    : ''
  return `${client.padEnd(12)} ${rate} ${cpu} ${rest.padStart(11)} ${errors}`
}

const head = `${'client'.padEnd(12)}  chunks/s  us/chunk  % core   RSS MB  failed`
const errorHead = ' TTFT p50  err p50   err p99   err max   gap p50   gap p99   gap max  rate err%   lost   (ms)'

const reps = Number(flag('--reps', '5'))
const wantedModes = flag('--only', '')
const wantedClients = flag('--clients', Object.keys(clients).join(',')).split(',')
process.stdout.write(
  `Node ${process.version}, ${reps} alternating repetitions, medians; true TTFT 50 ms, true gap 25 ms where paced\n`,
)
for (const mode of modes.filter((each) => wantedModes === '' || wantedModes.split(',').includes(each.name))) {
  const results = new Map<string, Outcome[]>()
  for (let rep = 0; rep < reps; rep += 1) {
    for (const name of wantedClients) {
      const command = clients[name]
      if (!command || !(await isUsable(name))) continue
      results.set(name, [...(results.get(name) ?? []), await playOnce(mode, command)])
    }
  }
  process.stdout.write(`\n${mode.name}\n${head}${mode.seconds > 0 ? '' : errorHead}\n`)
  for (const [name, runs] of results) process.stdout.write(`${line(name, runs)}\n`)
}
