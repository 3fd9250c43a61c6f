import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { median } from 'simple-statistics'
import { joulemark } from './joulemark-run.ts'
import { type PeerLoad, type Tool, TRUE_GAP_MS, TRUE_TTFT_MS } from './peer-load.ts'
import { type PeerRun, play } from './play.ts'
import { peersOn } from './python-clients.ts'

/**
 * `npm run bench:peers`: whole runs of benchmark clients against an exact server, what each reported beside what was
 * true, and what it cost. Tools alternate within a repetition, so that a slow minute of the machine hits all of them.
 *
 * Arguments: --streams 50,256,1000  --ramps 0,1 (seconds)  --cores 1,2 (per tool)  --reps 3  --requests 3 (per stream)
 * --python python3,… (interpreters that may have the packages)  --tokenizer FOLDER  --tools NAME,…  --json FILE.
 */
const flag = (name: string, fallback: string): string => {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback)
}
const numbers = (name: string, fallback: string): number[] => flag(name, fallback).split(',').map(Number)

/** The server has the first core; on a machine of two, a tool with two cores shares one of them with it. */
function cpusFor(cores: number): Pick<PeerLoad, 'toolCpus' | 'serverCpus'> {
  const last = cpus().length - 1
  if (cores === 1) return { serverCpus: '0', toolCpus: `${Math.min(1, last)}` }
  return { serverCpus: '0', toolCpus: last >= cores ? `1-${cores}` : `0-${last}` }
}

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
const { tools: peers, absent } = peersOn(flag('--python', 'python3').split(','), flag('--tokenizer', '') || null)
const wanted = flag('--tools', '')
const tools = [joulemark(version), ...peers].filter(({ name }) => wanted === '' || wanted.split(',').includes(name))
const reps = Number(flag('--reps', '3'))
const requestsPerStream = Number(flag('--requests', '3'))

/**
 * A repetition in which the server itself was later than this, while other work had more than this share of a core, says
 * nothing of the tool. Without other work it was the tool that delayed the server, and its figures count.
 */
const LATE_SERVER_MS = 10
const OTHER_WORK_SHARE = 0.1
const TRIES = 3

const say = (line: string) => process.stdout.write(`${line}\n`)
say(
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()})`,
)
say(`${tools.map((tool) => `${tool.name} ${tool.version}`).join(', ')}; ${reps} alternating repetitions, medians`)
say(`true TTFT ${TRUE_TTFT_MS} ms, true gap ${TRUE_GAP_MS} ms; times in ms, in brackets what the server itself kept`)
for (const line of absent) say(`left out: ${line}`)

interface Row {
  readonly streams: number
  readonly rampSeconds: number
  readonly cores: number
  readonly tool: string
  readonly runs: readonly PeerRun[]
  readonly failures: readonly string[]
}

const rows: Row[] = []
for (const cores of numbers('--cores', '1,2')) {
  for (const rampSeconds of numbers('--ramps', '0,1')) {
    for (const streams of numbers('--streams', '50,256,1000')) {
      const load: PeerLoad = { streams, requestsPerStream, rampSeconds, ...cpusFor(cores) }
      const before = loadavg()[0] ?? 0
      const group = await alternate(load)
      rows.push(...group.map((row) => ({ ...row, streams, rampSeconds, cores })))
      print(
        group,
        `${streams} streams, starts ${rampSeconds > 0 ? `over ${rampSeconds} s` : 'at once'}, ${cores} core${cores > 1 ? 's' : ''} per tool; load before ${before.toFixed(1)}`,
      )
    }
  }
}
say(`
Beside these figures:
- CPU and memory are those of all processes of a tool, from its start to its end: imports and start-up count, and a
  longer test has less of them per token. CPU is per token that the server sent, warm-up included. The calibration of
  joulemark counts; the exact server of that calibration does not.
- One core is unkind to tools of many processes. ${cpus().length <= 2 ? 'This machine has two cores: with two per tool the server shares them.' : ''}
- Loopback has no network. Every stream is paced alone: a real server sends the tokens of a batch together.
- vLLM's client has no ramp: it is given a request rate of the streams per ramp second. GuideLLM's gap is its mean per
  request. joulemark counts its steady window only; the others count every request, their starts included.`)
const json = flag('--json', '')
if (json !== '') writeFileSync(json, JSON.stringify(rows, null, 2))

async function alternate(load: PeerLoad): Promise<Pick<Row, 'tool' | 'runs' | 'failures'>[]> {
  const group = tools.map((tool) => ({ tool: tool.name, runs: [] as PeerRun[], failures: [] as string[] }))
  for (let rep = 0; rep < reps; rep += 1) {
    // another tool is first in each repetition
    for (let index = 0; index < tools.length; index += 1) {
      const at = (index + rep) % tools.length
      const [tool, row] = [tools[at] as Tool, group[at] as (typeof group)[number]]
      try {
        const run = await undisturbed(() => play(tool, load))
        if (run === null) row.failures.push('other work on this machine delayed the server itself')
        else row.runs.push(run)
      } catch (error) {
        row.failures.push((error as Error).message)
      }
    }
  }
  return group
}

/** The first of a few runs that other work on this machine did not disturb; null if there was none. */
async function undisturbed(run: () => Promise<PeerRun>): Promise<PeerRun | null> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const done = await run()
    const isLate = done.true.ttftP99Ms > TRUE_TTFT_MS + LATE_SERVER_MS
    if (!isLate || done.otherWorkShare <= OTHER_WORK_SHARE) return done
  }
  return null
}

function print(group: readonly Pick<Row, 'tool' | 'runs' | 'failures'>[], title: string): void {
  say(`\n${title}\n`)
  say(
    '| tool | TTFT p50 (true) | TTFT p99 (true) | gap p50 (true) | gap p99 (true) | tokens/s | CPU us/token | MB | says |',
  )
  say('|---|---|---|---|---|---|---|---|---|')
  for (const { tool, runs, failures } of group) {
    const mid = (of: (run: PeerRun) => number, digits: number): string => {
      const values = runs.map(of).filter(Number.isFinite)
      return values.length === 0 ? '-' : median(values).toFixed(digits)
    }
    const both = (key: keyof PeerRun['true']) =>
      `${mid((run) => run.reported[key], 1)} (${mid((run) => run.true[key], 1)})`
    const notes = [...new Set(runs.map(({ reported }) => reported.says).filter((text) => text !== ''))]
    if (failures.length > 0)
      notes.push(`${failures.length} of ${reps} left out: ${failures[0]?.slice(-120).replaceAll('\n', ' ')}`)
    const cost = [mid((run) => run.cpuUsPerToken, 0), mid((run) => run.peakMb, 0)]
    const times = (['ttftP50Ms', 'ttftP99Ms', 'gapP50Ms', 'gapP99Ms'] as const).map(both)
    say(`| ${[tool, ...times, mid((run) => run.reported.tokensPerS, 0), ...cost, notes.join('; ')].join(' | ')} |`)
  }
}
