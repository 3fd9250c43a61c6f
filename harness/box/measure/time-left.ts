import type { PlannedStage } from '../plan/box-plan.ts'
import { untilAllAreUp } from '../plan/plan-minutes.ts'

/** Something that takes time: the start of a server, or a run. */
interface Item {
  readonly kind: 'start' | 'run'
  readonly minutes: number
  beganMs: number | null
  isOver: boolean
  /** How long it took; null where it was cut short, which says nothing of the pace. */
  tookMinutes: number | null
}

interface StageItems {
  readonly start: PlannedStage['start']
  readonly starts: ReadonlyMap<string, Item>
  /** Parts one after another, of lanes side by side, of runs that begin together. */
  readonly parts: readonly (readonly (readonly Item[])[])[]
}

/** Minutes that are left of a run, of its stage, and of the whole plan. */
export interface MinutesLeft {
  readonly run: number
  readonly stage: number
  readonly plan: number
}

/**
 * How long a plan still takes: the minutes of what is left, which are upper limits, times what the finished ones really took
 * of theirs. Starts and runs have a pace of their own. Pure but for what it is told.
 */
export class TimeLeft {
  readonly #stages: readonly StageItems[]
  readonly #nowMs: () => number

  constructor(stages: readonly PlannedStage[], nowMs: () => number) {
    this.#nowMs = nowMs
    this.#stages = stages.map(({ start, servers, parts }) => ({
      start,
      starts: new Map(servers.map(({ id, startMinutes }) => [id, item('start', startMinutes)])),
      parts: parts.map(({ lanes }) => lanes.map(({ runs }) => runs.map(({ minutes }) => item('run', minutes)))),
    }))
  }

  startOf(stage: number, server: string): Item | undefined {
    return this.#stages[stage]?.starts.get(server)
  }

  runOf(stage: number, part: number, lane: number, run: number): Item | undefined {
    return this.#stages[stage]?.parts[part]?.[lane]?.[run]
  }

  begin(of: Item | undefined): void {
    if (of) of.beganMs = this.#nowMs()
  }

  /** Ends an item; `isDone` if it ran to its end. */
  end(of: Item | undefined, isDone: boolean): void {
    if (!of) return
    of.isOver = true
    of.tookMinutes = isDone && of.beganMs !== null ? (this.#nowMs() - of.beganMs) / 60_000 : null
  }

  /** `run` is that of the run that is given; 0 without one. */
  read(stage: number, run?: Item): MinutesLeft {
    const perStage = this.#stages.map((items) => this.#ofStage(items))
    return {
      run: run === undefined ? 0 : this.#ofItem(run),
      stage: perStage[stage] ?? 0,
      plan: perStage.slice(stage).reduce((sum, minutes) => sum + minutes, 0),
    }
  }

  #ofStage({ start, starts, parts }: StageItems): number {
    const starting = untilAllAreUp(
      { start },
      [...starts.values()].map((each) => this.#ofItem(each)),
    )
    return starting + parts.reduce((sum, lanes) => sum + this.#ofPart(lanes), 0)
  }

  /** The next runs begin when all lanes are done with theirs. */
  #ofPart(lanes: readonly (readonly Item[])[]): number {
    const rows = Math.max(0, ...lanes.map(({ length }) => length))
    return Array.from({ length: rows }, (_, row) =>
      Math.max(...lanes.map((runs) => (runs[row] === undefined ? 0 : this.#ofItem(runs[row])))),
    ).reduce((sum, minutes) => sum + minutes, 0)
  }

  #ofItem({ kind, minutes, beganMs, isOver }: Item): number {
    if (isOver) return 0
    const goneMinutes = beganMs === null ? 0 : (this.#nowMs() - beganMs) / 60_000
    return Math.max(0, minutes * this.#pace(kind) - goneMinutes)
  }

  #pace(kind: Item['kind']): number {
    const all = this.#stages.flatMap(({ starts, parts }) => [...starts.values(), ...parts.flat(2)])
    const ended = all.filter((each) => each.kind === kind && each.tookMinutes !== null)
    const planned = ended.reduce((sum, each) => sum + each.minutes, 0)
    return planned > 0 ? ended.reduce((sum, each) => sum + (each.tookMinutes ?? 0), 0) / planned : 1
  }
}

const item = (kind: Item['kind'], minutes: number): Item => ({
  kind,
  minutes,
  beganMs: null,
  isOver: false,
  tookMinutes: null,
})
