/**
 * The program behind a fake nvidia-smi: `node fake-nvidia-smi-player.ts SPEC.json ARGUMENTS…`. Run by Node itself, which
 * strips the types.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import type { FakeAnswer, FakeLoop } from './fake-nvidia-smi.ts'
import { answerTo, askedFields, type Played, selectedOf, tickText } from './fake-nvidia-smi-answers.ts'

const [specPath = '', ...args] = process.argv.slice(2)
const spec = JSON.parse(readFileSync(specPath, 'utf8')) as Played

const answer = answerTo(spec, args, Date.now())
if (answer) give(answer)
else loop(askedFields(args) ?? [], Number(args[args.indexOf('-lms') + 1] ?? 1000), nextLife())

function give({ stdout = '', stderr = '', returnCode = 0, hangs = false }: FakeAnswer): void {
  if (hangs) {
    setInterval(() => {}, 60_000)
    return
  }
  process.stderr.write(stderr)
  process.stdout.write(stdout, () => process.exit(returnCode))
}

/** Each start of the loop plays the next entry of the spec; the count is stored beside the spec. */
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
  const selected = selectedOf(spec, args)
  if (life.ignoresSigterm) process.on('SIGTERM', () => {})
  let tick = 0
  const turn = () => {
    for (const { beforeRow, text } of life.lines ?? []) if (beforeRow === tick) process.stdout.write(`${text}\n`)
    if (tick === life.diesAfterRows) {
      const half = life.leavesHalfLine ? tickText({ spec, asked, selected }, tick, Date.now()).slice(0, 30) : ''
      process.stderr.write(life.stderr ?? '')
      process.stdout.write(half, () => process.exit(life.returnCode ?? 0))
      return
    }
    if (tick === life.hangsAfterRows) {
      setInterval(() => {}, 60_000)
      return
    }
    const { atRow = Number.POSITIVE_INFINITY, stepMs = 0 } = life.clockStep ?? {}
    process.stdout.write(tickText({ spec, asked, selected }, tick, Date.now() + (tick >= atRow ? stepMs : 0)))
    tick += 1
    // As the real one: query, then sleep; no fixed grid.
    setTimeout(turn, intervalMs)
  }
  setTimeout(turn, life.firstRowDelayMs ?? 0)
}
