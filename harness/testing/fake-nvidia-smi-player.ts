/**
 * The program behind a fake nvidia-smi: `node fake-nvidia-smi-player.ts SPEC.json ARGUMENTS…`. Run by Node itself, which
 * strips the types; so it imports types only.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import type { FakeAnswer, FakeGpu, FakeLoop, FakeSmi } from './fake-nvidia-smi.ts'

const [specPath = '', ...args] = process.argv.slice(2)
const spec = JSON.parse(readFileSync(specPath, 'utf8')) as FakeSmi & { fields: readonly string[] }
const commandLine = args.join(' ')

const answer = Object.entries(spec.answers ?? {}).find(([start]) => commandLine.startsWith(start))?.[1]
const query = args.find((argument) => argument.startsWith('--query-gpu='))?.slice('--query-gpu='.length)
const loopAt = args.findIndex((argument) => argument === '-lms' || argument.startsWith('--loop-ms'))

if (answer) give(answer)
else if (args.includes('--help-query-gpu')) give({ stdout: helpText() })
else if (args.includes('-x'))
  give(spec.xml ? { stdout: spec.xml } : { stdout: 'No devices were found\n', returnCode: 6 })
else if (query !== undefined) answerQuery(query.split(','))
else if (args[0] === '-L') give({ stdout: listing() })
else give({ stdout: `Invalid combination of input arguments: ${commandLine}\n`, returnCode: 2 })

function give({ stdout = '', stderr = '', returnCode = 0, hangs = false }: FakeAnswer): void {
  if (hangs) {
    setInterval(() => {}, 60_000)
    return
  }
  process.stderr.write(stderr)
  process.stdout.write(stdout, () => process.exit(returnCode))
}

function answerQuery(asked: readonly string[]): void {
  const unknown = asked.find((name) => !spec.fields.some((names) => names.split('|').includes(name)))
  if (unknown !== undefined) give({ stdout: `Field "${unknown}" is not a valid field to query.\n\n`, returnCode: 2 })
  else if (loopAt >= 0) loop(asked, Number(args[loopAt + 1] ?? 1000), nextLife())
  else give({ stdout: spec.gpus.map((gpu) => row(gpu, asked, 0, 0)).join('') })
}

/** Each start of the loop is the next life of the spec; the count lives beside the spec. */
function nextLife(): FakeLoop {
  const countPath = `${specPath}.starts`
  let starts = 0
  try {
    starts = Number(readFileSync(countPath, 'utf8'))
  } catch {
    // The first start finds no count.
  }
  writeFileSync(countPath, String(starts + 1))
  const lives = spec.loops ?? []
  return lives[Math.min(starts, lives.length - 1)] ?? {}
}

function loop(asked: readonly string[], intervalMs: number, life: FakeLoop): void {
  if (life.ignoresSigterm) process.on('SIGTERM', () => {})
  let tick = 0
  const turn = () => {
    for (const { beforeRow, text } of life.lines ?? []) if (beforeRow === tick) process.stdout.write(`${text}\n`)
    if (tick === life.diesAfterRows) {
      const half = life.leavesHalfLine ? row(spec.gpus[0] as FakeGpu, asked, tick, 0).slice(0, 30) : ''
      process.stderr.write(life.stderr ?? '')
      process.stdout.write(half, () => process.exit(life.returnCode ?? 0))
      return
    }
    if (tick === life.hangsAfterRows) {
      setInterval(() => {}, 60_000)
      return
    }
    const { atRow = Number.POSITIVE_INFINITY, stepMs = 0 } = life.clockStep ?? {}
    process.stdout.write(spec.gpus.map((gpu) => row(gpu, asked, tick, tick >= atRow ? stepMs : 0)).join(''))
    tick += 1
    // As the real one: query, then sleep; no fixed grid.
    setTimeout(turn, intervalMs)
  }
  setTimeout(turn, life.firstRowDelayMs ?? 0)
}

function row(gpu: FakeGpu, asked: readonly string[], tick: number, stampOffsetMs: number): string {
  const ticks = gpu.ticks ?? []
  const values: Record<string, string> = {
    timestamp: stamp(Date.now() + stampOffsetMs),
    count: String(spec.gpus.length),
    index: String(spec.gpus.indexOf(gpu)),
    ...gpu.values,
    ...ticks[Math.min(tick, ticks.length - 1)],
  }
  return `${asked.map((name) => cellOf(values, name)).join(', ')}\n`
}

function cellOf(values: Readonly<Record<string, string>>, asked: string): string {
  const names = spec.fields.find((line) => line.split('|').includes(asked))?.split('|') ?? [asked]
  const name = names.find((candidate) => values[candidate] !== undefined)
  return name === undefined ? '[N/A]' : (values[name] as string)
}

/** Local time without a zone, as nvidia-smi prints it. */
function stamp(epochMs: number): string {
  const at = new Date(epochMs)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

function helpText(): string {
  const lines = spec.fields.map((names) => {
    const quoted = names.split('|').map((name) => `"${name}"`)
    return `${quoted.join(' or ')}\nWhat ${quoted[0]} means, over a sentence or two.\n\n`
  })
  return `List of valid properties to query for the switch "--query-gpu":\n\n${lines.join('')}`
}

function listing(): string {
  const lines = spec.gpus.map(
    (gpu, index) => `GPU ${index}: ${cellOf(gpu.values, 'name')} (UUID: ${gpu.values['uuid']})`,
  )
  return `${lines.join('\n')}\n`
}
