import type { Lane } from './lane.ts'
import { fitted, type RowPart } from './row.ts'
import { lastMinute, sparkline } from './sparkline.ts'
import { type Left, leftOfLane, leftText, longText } from './time-left.ts'
import { atText, cardTexts, intervalText, loadText, phaseText, rateText, secondsText } from './words.ts'

/** What the live block shows. */
export interface Shown {
  readonly lanes: readonly Lane[]
  /** Steps that are no run: downloads, servers that start. Plain texts. */
  readonly steps: readonly string[]
  /** What is left beyond the runs: of a suite, of a night. */
  readonly left: readonly Left[]
}

/** Size of a terminal in columns and rows. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

const BAR_COLUMNS = 20
const SPARK_COLUMNS = 20
const SHORT_SPARK_COLUMNS = 10
/** `~12,345 tokens/s`: the rates of several cards stand below each other. */
const RATE_COLUMNS = 16

/**
 * The rows of the live block: none wider than the terminal less one column, and one row fewer than it has. One run has up to
 * five rows, several have one each.
 */
export function frame(shown: Shown, { columns, rows }: Size): RowPart[][] {
  const width = Math.max(0, columns - 1)
  const height = Math.max(0, rows - 1)
  const { lanes, steps } = shown
  const [lane] = lanes
  const whole =
    lanes.length === 1 && steps.length === 0 && lane?.tick
      ? ofOneRun(lane, shown.left, height)
      : ofSeveral(shown, height)
  return whole
    .map((parts) => fitted(parts, width))
    .filter((parts) => parts.length > 0)
    .slice(0, height)
}

const mark = (isSimulated: boolean): RowPart[] => (isSimulated ? [{ text: 'SIMULATED', rank: 0, style: 'yellow' }] : [])

function ofOneRun(lane: Lane, beyond: readonly Left[], height: number): RowPart[][] {
  const { run, tick } = lane
  if (tick === null) return []
  const name: RowPart[] = lane.name === '' ? [] : [{ text: lane.name, rank: 4, style: 'bold' }]
  const title: RowPart[] = [
    ...name,
    { text: run?.title ?? '', rank: 0, style: 'bold' },
    { text: run === null ? '' : `${atText(run)}on ${run.cards}`, rank: 1, goesOn: true },
  ]
  const phase: RowPart[] = [
    { text: phaseText(tick, run), rank: 0 },
    { text: bar(tick.elapsedMs / tick.totalMs), rank: 3, style: 'cyan' },
    { text: secondsText(tick), rank: 1 },
    { text: intervalText(lane) ?? '', rank: 2 },
    ...mark(run?.isSimulated ?? false),
  ]
  const load: RowPart[] = [
    { text: rateText(lane) ?? '', rank: 0, style: 'bold' },
    { text: spark(lane, SPARK_COLUMNS), rank: 2, style: 'cyan' },
    { text: loadText(tick), rank: 1 },
  ]
  const card: RowPart[] = cardTexts(tick).map((text, rank) => ({ text, rank }))
  const left = leftRow([...leftOfLane(lane), ...beyond])
  // the least telling rows are the first to go
  const order = [card, title, load, left]
  const gone = new Set(order.slice(0, Math.max(0, order.length + 1 - height)))
  return [title, phase, load, card, left].filter((row) => row.length > 0 && !gone.has(row))
}

function ofSeveral({ lanes, steps, left }: Shown, height: number): RowPart[][] {
  const simulated = mark(lanes.some(({ run }) => run?.isSimulated))
  // one row has no room for a footer
  const footer = height > 1 ? [...simulated, ...leftRow(left)] : []
  const nameColumns = Math.max(0, ...lanes.map(({ name }) => name.length))
  const rows = [
    ...lanes.map((lane) => [...ofLane(lane, nameColumns), ...(height > 1 ? [] : simulated)]),
    ...steps.map((text): RowPart[] => [{ text, rank: 0 }]),
  ]
  const room = height - (footer.length > 0 ? 1 : 0)
  const most = rows.length > room ? Math.max(1, room - 1) : rows.length
  const more = rows.length - most
  const rest: RowPart[] = more > 0 ? [{ text: `and ${more} more`, rank: 0, style: 'dim' }] : []
  return [...rows.slice(0, most), rest, footer].filter((row) => row.length > 0)
}

/** One run of several in one row. */
function ofLane(lane: Lane, nameColumns: number): RowPart[] {
  const { tick, run } = lane
  const name: RowPart[] = nameColumns === 0 ? [] : [{ text: lane.name.padEnd(nameColumns), rank: 0, style: 'bold' }]
  if (tick === null) return [...name, { text: lane.doing ?? 'starting', rank: 0, style: 'dim' }]
  const [power = '', ...others] = cardTexts(tick)
  const isPause = tick.waitingFor !== undefined
  return [
    ...name,
    { text: phaseText(tick, run), rank: 0 },
    { text: secondsText(tick), rank: 0 },
    { text: (rateText(lane) ?? '').padStart(isPause ? 0 : RATE_COLUMNS), rank: 1, style: 'bold' },
    { text: spark(lane, SHORT_SPARK_COLUMNS).padEnd(isPause ? 0 : SHORT_SPARK_COLUMNS), rank: 4, style: 'cyan' },
    { text: power, rank: 2 },
    ...others.map((text, at): RowPart => ({ text, rank: 6 + at })),
    { text: intervalText(lane) ?? '', rank: 3 },
    { text: loadText(tick), rank: isPause ? 1 : 9 },
    ...leftOfLane(lane)
      .slice(-1)
      .map((left): RowPart => ({ text: `${longText(left)} left`, rank: 5, style: 'dim' })),
    { text: run?.scenario.name ?? '', rank: 10, style: 'dim' },
  ]
}

/** The times that are left; those of the smallest parts are the first to go. */
const leftRow = (left: readonly Left[]): RowPart[] =>
  left.length === 0
    ? []
    : [
        { text: 'time left', rank: 0, style: 'dim' },
        ...left.map((each, at): RowPart => ({ text: leftText(each), rank: left.length - 1 - at, style: 'dim' })),
      ]

function bar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_COLUMNS)
  return '█'.repeat(filled) + '░'.repeat(BAR_COLUMNS - filled)
}

function spark({ rates, atMs, tick }: Lane, columns: number): string {
  return tick?.waitingFor === undefined ? sparkline(lastMinute(rates, atMs, columns)).trimStart() : ''
}
