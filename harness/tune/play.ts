import { JoulemarkError, messageOf } from '../errors.ts'
import { countedRuns } from '../operating/counted-runs.ts'
import { type OperatingPoints, operatingPoints } from '../operating/operating-points.ts'
import { type OperatingSetting, pointKey, pointLabel, type TunePoint } from '../operating/point.ts'
import { type FailedPoint, type Money, type PointTable, pointsOf } from '../operating/points.ts'
import { FEWEST_BLOCKS } from '../operating/test-levels.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { RunSetting } from '../record/schema/setting.ts'
import { counted } from '../units.ts'
import { openQuestions } from './next-points.ts'
import { shuffledBlock } from './order.ts'
import { otherClock, settingOf } from './run-setting.ts'
import { refuseOtherFound } from './same-tuning.ts'
import { firstPoints, pointsBetween, type SearchRange } from './search-range.ts'
import type { EnforcedSetting } from './settings/types.ts'

/** A tuning of one scenario. */
export interface TunePlan {
  /** Name of its folder, kept in every record. */
  readonly tune: string
  /** The points to measure, or the range to search (`--power-limits auto`). */
  readonly points: readonly TunePoint[] | SearchRange
  /** Blocks at most. With more than `FEWEST_BLOCKS` it ends as soon as everything is decided. */
  readonly blocks: number
  readonly seed: number
  /** Limit per GPU before anything was set; null with the reason. */
  readonly found: { readonly powerLimitW: number | null; readonly reason?: string }
  /** The inputs of the costs, given the runs so far: whether the power of the server was measured is known by then. */
  readonly money: (records: readonly RunRecord[]) => Money
  /** Practical threshold as a share; `SMALLEST_EFFECT` unless given. */
  readonly threshold?: number
  /** Runs of this tuning that an earlier start of it left: a point that one of them measured in a block is not measured again. */
  readonly done?: readonly RunRecord[]
}

/** What a tuning does to the world. */
export interface TuneTools {
  /** Sets the cards and reads back what they enforce. */
  apply(setting: OperatingSetting): Promise<EnforcedSetting>
  /** Waits until the cards have settled at a new setting. */
  settle(): Promise<void>
  /** One run of the scenario at a point, with its trials and gates; `setting` goes into its record. */
  run(point: TunePoint, setting: RunSetting): Promise<RunRecord>
  say(line: string): void
  readonly signal: AbortSignal
}

/** What a tuning leaves. */
export interface TuneEnd {
  readonly ended: 'decided' | 'all-blocks' | 'interrupted' | 'failed'
  /** Why it ended, in one sentence. */
  readonly reason: string
  readonly records: readonly RunRecord[]
  readonly failed: readonly FailedPoint[]
  /** Null if no run was made. */
  readonly table: PointTable | null
  readonly operating: OperatingPoints | null
}

/** A point that failed so often, and never counted, is not tried again. */
const MOST_FAILURES = 2
/** First blocks of a search before it refines: two, so that there is a spread between blocks. */
const SEARCH_BLOCKS = 2

/**
 * Plays a tuning, block by block: every point of a block once, in an order shuffled by the seed. The first blocks have every
 * point; the later ones only those that something undecided needs, and what a search adds, until all is decided or the blocks are
 * used up. A point that fails is kept with its reason, and the tuning goes on; a whole block in which nothing counts ends it. An
 * interrupt ends it after the run that is going on; what was measured is kept. Throws `bad-input` as the tools do: every point
 * would fail for it.
 */
export async function playTune(plan: TunePlan, tools: TuneTools): Promise<TuneEnd> {
  refuseOtherFound(plan.done ?? [], plan.found.powerLimitW)
  const state = { records: [] as RunRecord[], failed: [] as FailedPoint[], place: 0, applied: null as Applied | null }
  const end = (ended: TuneEnd['ended'], reason: string): TuneEnd => {
    const shown = shownBy(state, plan)
    return {
      ended,
      reason,
      records: state.records,
      failed: state.failed,
      ...(shown ?? { table: null, operating: null }),
    }
  }
  for (let block = 0; block < plan.blocks; block += 1) {
    const next = nextBlock(block, plan, shownBy(state, plan))
    const points = next.points.filter((point) => !isGivenUp(point, state))
    if (next.points.length === 0) return end('decided', `all is decided after ${counted(block, 'block')}`)
    if (points.length === 0) return end('failed', 'every point that is left failed')
    tools.say(`block ${block + 1} of at most ${plan.blocks}: ${counted(points.length, 'point')}; ${next.why}`)
    const before = countedRuns(state.records).counted.length
    for (const point of shuffledBlock(points, block, plan.seed)) {
      if (tools.signal.aborted) return end('interrupted', 'interrupted; what was measured is kept')
      await measure(point, block, { plan, tools, state })
    }
    if (tools.signal.aborted) return end('interrupted', 'interrupted; what was measured is kept')
    if (countedRuns(state.records).counted.length === before) return end('failed', 'no run of a whole block counts')
  }
  const shown = shownBy(state, plan)
  const open = shown === null ? [] : openQuestions(shown.table, shown.operating)
  return open.length === 0
    ? end('decided', `all is decided after ${counted(plan.blocks, 'block')}`)
    : end(
        'all-blocks',
        `not decided after ${counted(plan.blocks, 'block')}: ${open.map(({ what }) => what).join('; ')}`,
      )
}

interface Applied {
  readonly setting: OperatingSetting
  readonly enforced: EnforcedSetting
}

interface State {
  readonly records: RunRecord[]
  readonly failed: FailedPoint[]
  place: number
  /** What the cards enforce now; null where that is not known. */
  applied: Applied | null
}

interface Shown {
  readonly table: PointTable
  readonly operating: OperatingPoints
}

function shownBy({ records, failed }: State, plan: TunePlan): Shown | null {
  if (records.length === 0) return null
  const table = pointsOf(records, plan.money(records), failed)
  return { table, operating: operatingPoints(table, plan.threshold) }
}

/** The points of the next block, none where all is decided, and why these. */
function nextBlock(block: number, plan: TunePlan, shown: Shown | null): { points: readonly TunePoint[]; why: string } {
  const { points } = plan
  const isSearch = 'minW' in points
  const first = isSearch ? firstPoints(points) : points
  if (shown === null) return { points: first, why: 'all of them' }
  const { table, operating } = shown
  if (block < (isSearch ? SEARCH_BLOCKS : Math.min(FEWEST_BLOCKS, plan.blocks)))
    return { points: first, why: 'all of them' }
  const between = isSearch ? pointsBetween(table, operating, points) : []
  const open = openQuestions(table, operating)
  if (open.length === 0 && between.length === 0) return { points: [], why: '' }
  const again = open.flatMap((each) => each.points)
  // what is new is compared with what is best so far, and with the highest limit
  const beside = between.length === 0 ? [] : anchors(shown)
  const distinct = new Map([...between, ...again, ...beside].map((point) => [pointKey(point), point]))
  const why = [
    ...(open.length === 0 ? [] : [`not decided: ${open.map(({ what }) => what).join('; ')}`]),
    ...(between.length === 0 ? [] : [`new: ${between.map(pointLabel).join('; ')}`]),
  ]
  return { points: [...distinct.values()], why: why.join('; ') }
}

/** Points that join new ones with those measured before: the proposals, and the references of the losses. */
function anchors({ operating: { best, noLoss } }: Shown): TunePoint[] {
  const proposals = Object.values(best).flatMap(({ proposal }) => proposal ?? [])
  return [...proposals, ...noLoss.flatMap(({ reference }) => reference ?? [])]
}

const isGivenUp = (point: TunePoint, { records, failed }: State): boolean => {
  const key = pointKey(point)
  const { counted: good, leftOut } = countedRuns(records)
  if (good.some((run) => run.key === key)) return false
  const failures = leftOut.filter((each) => each.key === key).length
  return failures + failed.filter((each) => pointKey(each.point) === key).length >= MOST_FAILURES
}

async function measure(
  point: TunePoint,
  block: number,
  { plan, tools, state }: { readonly plan: TunePlan; readonly tools: TuneTools; readonly state: State },
): Promise<void> {
  const { place } = state
  state.place += 1
  const key = pointKey(point)
  const earlier = countedRuns(plan.done ?? []).counted.find((run) => run.key === key && run.block === block)
  if (earlier !== undefined) {
    state.records.push(earlier.record)
    return tools.say(`  ${pointLabel(point)}: measured before the interruption`)
  }
  try {
    const enforced = await applied(point.setting, tools, state)
    const record = await tools.run(point, settingOf(point, { block, place, enforced, plan }))
    state.records.push(record)
    const other = otherClock(record)
    if (other !== null) tools.say(`  ${pointLabel(point)}: ${other}`)
    const refused = countedRuns([record]).leftOut[0]
    if (refused !== undefined) tools.say(`  ${pointLabel(point)}: does not count: ${refused.reason}`)
  } catch (error) {
    if (error instanceof JoulemarkError && error.code === 'bad-input') throw error
    // an interrupt also ends what is going on: that is no failure of the point
    if (tools.signal.aborted) return
    state.applied = null
    state.failed.push({ point, block, reason: messageOf(error) })
    tools.say(`  ${pointLabel(point)}: failed: ${messageOf(error)}`)
  }
}

/** Sets the cards unless they are set like that already. */
async function applied(setting: OperatingSetting, tools: TuneTools, state: State): Promise<EnforcedSetting> {
  const now = state.applied
  const isSame =
    now !== null && now.setting.powerLimitW === setting.powerLimitW && now.setting.smClockMHz === setting.smClockMHz
  if (isSame) return now.enforced
  state.applied = null
  const enforced = await tools.apply(setting)
  await tools.settle()
  state.applied = { setting, enforced }
  return enforced
}
