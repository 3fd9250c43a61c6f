/**
 * The simulated nvidia-smi: a separate program that reads the state of the cards from a simulator and prints it as the
 * real one does. The script written by the simulator starts it often, so it imports little.
 */
import { parseSmiArguments, type SmiArguments } from './smi/arguments.ts'
import { appLines, csvHeader, csvRow, helpText, parseFormat, parseQuery } from './smi/csv.ts'
import { fetchSmiStates, postSetting } from './smi/fetch-state.ts'
import { selectGpus } from './smi/setting.ts'
import type { SmiGpu, SmiState } from './smi/state.ts'
import { missedTicks } from './smi/ticks.ts'
import { topologyText } from './smi/topology.ts'
import { xmlDocument } from './smi/xml.ts'

const DRIVER_GONE =
  "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. " +
  'Make sure that the latest NVIDIA driver is installed and running.\n'

/** nvidia-smi's return codes. */
const code = { ok: 0, badArgument: 2, noDevices: 6, driverGone: 9 } as const

/** Text for stdout and the exit code. Errors go to stdout too, as in the real program. */
interface Outcome {
  readonly text: string
  readonly code: number
}

const ok = (text: string): Outcome => ({ text, code: code.ok })
const refuse = (text: string): Outcome => ({ text, code: code.badArgument })
const invalidField = (name: string): Outcome => refuse(`Field "${name}" is not a valid field to query.\n\n`)

/** The answer to one query; `first` is false in the later rounds of a loop, which have no header. */
function answer(args: SmiArguments, state: SmiState, first: boolean): Outcome {
  const gpus = selectGpus(state.gpus, args.ids)
  if (gpus.length === 0) return { text: 'No devices were found\n', code: code.noDevices }
  if (args.version) return ok(versionText(state))
  if (args.listGpus) return ok(gpus.map((gpu) => `GPU ${gpu.index}: ${gpu.name} (UUID: ${gpu.uuid})\n`).join(''))
  if (args.queryGpu !== null) return answerCsv(args, state, gpus, first)
  if (args.queryComputeApps !== null) return answerApps(args, args.queryComputeApps, gpus)
  if (args.query && args.xml) return ok(xmlDocument(state, gpus, logTimestamp(new Date())))
  return refuse(
    'This simulator supports --query-gpu, --query-compute-apps, -q -x, -L, -pl, -lgc, -rgc, --version and --help-query-gpu.\n',
  )
}

function answerCsv(args: SmiArguments, state: SmiState, gpus: readonly SmiGpu[], first: boolean): Outcome {
  const format = parseFormat(args.format)
  if (format === null) return refuse('"--query-gpu" requires "--format=csv".\n')
  const fields = parseQuery(args.queryGpu ?? '')
  if ('unknown' in fields) return invalidField(fields.unknown)
  const rows = gpus.map((gpu) => csvRow(fields, gpu, state, format))
  const lines = first && format.header ? [csvHeader(fields), ...rows] : rows
  return ok(`${lines.join('\n')}\n`)
}

function answerApps(args: SmiArguments, query: string, gpus: readonly SmiGpu[]): Outcome {
  const format = parseFormat(args.format)
  if (format === null) return refuse('"--query-compute-apps" requires "--format=csv".\n')
  const lines = appLines(query, gpus, format)
  if ('unknown' in lines) return invalidField(lines.unknown)
  return ok(lines.map((line) => `${line}\n`).join(''))
}

/** The time in the format of the XML header: `Mon Nov 23 05:13:55 2026`. */
function logTimestamp(now: Date): string {
  const [weekday, month, day, year, time] = now.toString().split(' ')
  return `${weekday} ${month} ${day} ${time} ${year}`
}

function versionText({ driverVersion, cudaVersion }: SmiState): string {
  const lines = [
    `NVIDIA-SMI version  : ${driverVersion}`,
    `NVML version        : ${driverVersion}`,
    `DRIVER version      : ${driverVersion}`,
    `CUDA Version        : ${cudaVersion}`,
  ]
  return `${lines.join('\n')}\n`
}

async function main(): Promise<number> {
  const words = process.argv.slice(2)
  if (words[0] === 'topo' || words[0] === 'nvlink') return printTopology(words)
  const args = parseSmiArguments(words)
  if ('error' in args) return finish(refuse(args.error))
  if (args.helpQueryGpu) return finish(ok(helpText()))
  const url = process.env['JOULEMARK_SIMULATOR_URL'] ?? ''
  if (args.change !== null) {
    const gone = { text: DRIVER_GONE, code: code.driverGone }
    return finish(await postSetting(url, { ids: args.ids, change: args.change }).catch(() => gone))
  }
  const nowMs = () => performance.timeOrigin + performance.now()
  let first = true
  let dueMs: readonly number[] = []
  for (;;) {
    let states: readonly SmiState[]
    try {
      states = await fetchSmiStates(url, dueMs)
    } catch {
      return finish({ text: DRIVER_GONE, code: code.driverGone })
    }
    for (const state of states) {
      const outcome = answer(args, state, first)
      if (args.loopMs === null || outcome.code !== code.ok) return finish(outcome)
      process.stdout.write([...state.lines.map((line) => `${line}\n`), outcome.text].join(''))
      first = false
    }
    const [loopMs, lastMs] = [args.loopMs ?? 0, states.at(-1)?.atMs ?? nowMs()]
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, lastMs + loopMs - nowMs())))
    dueMs = missedTicks(lastMs, loopMs, nowMs())
  }
}

async function printTopology(words: readonly string[]): Promise<number> {
  try {
    const [state] = await fetchSmiStates(process.env['JOULEMARK_SIMULATOR_URL'] ?? '', [])
    const text = topologyText(words, state?.gpus ?? [])
    return finish(text === null ? refuse(`${words.join(' ')}: not simulated\n`) : ok(text))
  } catch {
    return finish({ text: DRIVER_GONE, code: code.driverGone })
  }
}

function finish(outcome: Outcome): number {
  process.stdout.write(outcome.text)
  return outcome.code
}

// The reader has closed the pipe.
process.stdout.on('error', () => process.exit(0))
process.exitCode = await main()
