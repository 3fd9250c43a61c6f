import type { BoxPlan, PlannedPart, PlannedStage } from './box-plan.ts'

/** How long a plan takes at most, in minutes, without downloads. */
export interface PlanMinutes {
  /** Servers are starting. */
  readonly starting: number
  /** Cards are measured. */
  readonly measuring: number
}

/** The probe of a card without a server: the start of the container, the import of torch, and some ten seconds of work. */
export const CARD_PROBE_MINUTES = 0.5

/** Minutes of a whole plan: its cards are probed one after another, then its stages follow each other. */
export function planMinutes({ stages }: Pick<BoxPlan, 'stages'>): PlanMinutes {
  const servers = stages.flatMap((stage) => stage.servers).filter(({ launch }) => launch.kind === 'server')
  const probed = new Set(servers.map(({ cards }) => cards[0]?.uuid))
  return {
    starting: sum(stages.map(startMinutes)),
    measuring: probed.size * CARD_PROBE_MINUTES + sum(stages.flatMap(({ parts }) => parts.map(partMinutes))),
  }
}

/**
 * Whether the first server of a stage starts before the others: so that its weights are read from the disk once, and a cause that
 * others share costs one start. Later starts find the weights in memory.
 */
export const startsFirstAlone = ({ start }: Pick<PlannedStage, 'start'>): boolean => start.number === 1

/** Time until all servers of a stage are up, from that of each, in their order. */
export function untilAllAreUp(stage: Pick<PlannedStage, 'start'>, minutes: readonly number[]): number {
  const [first = 0, ...others] = minutes
  return startsFirstAlone(stage) ? first + Math.max(0, ...others) : Math.max(0, ...minutes)
}

const startMinutes = (stage: PlannedStage): number =>
  untilAllAreUp(
    stage,
    stage.servers.map((each) => each.startMinutes),
  )

/** The lanes of a part run at the same time, and their next runs begin when all are done: the longest of each decides. */
function partMinutes({ lanes }: PlannedPart): number {
  const most = Math.max(0, ...lanes.map(({ runs }) => runs.length))
  const rows = Array.from({ length: most }, (_, row) => lanes.map(({ runs }) => runs[row]?.minutes ?? 0))
  return sum(rows.map((minutes) => Math.max(...minutes)))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
