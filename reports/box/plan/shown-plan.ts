/** A card of a planned box. */
export interface ShownCard {
  readonly index: number
  readonly entry: { readonly label: string }
}

/** A server of a planned stage. */
export interface ShownServer {
  readonly id: string
  readonly cards: readonly ShownCard[]
  readonly link?: { readonly path: string; readonly name: string } | { readonly reason: string }
  readonly startMinutes: number
  readonly launch: { readonly kind: string; readonly model: string; readonly corrections: readonly string[] }
}

/** A run of a lane. */
export interface ShownRun {
  readonly name: string
  readonly minutes: number
  readonly mostTrials?: number
}

/** A part of a stage: its lanes run side by side. */
export interface ShownPart {
  readonly kind: 'alone' | 'together' | 'joined'
  readonly lanes: readonly { readonly server: string; readonly runs: readonly ShownRun[] }[]
}

/** Servers that are up together, and what is measured on them. */
export interface ShownStage {
  readonly start: { readonly number: number; readonly of: number }
  readonly servers: readonly ShownServer[]
  readonly parts: readonly ShownPart[]
}

/** The fields of the plan of a box that a reader sees, and its minutes at most, without downloads. */
export interface ShownPlan {
  readonly cards: readonly ShownCard[]
  readonly stages: readonly ShownStage[]
  /** All cards under full load at once, after everything else; its time is not part of `minutes`. */
  readonly soak?: {
    readonly hours: number
    readonly roundSeconds: number
    readonly rounds: number
    readonly lanes: readonly { readonly card: ShownCard }[]
  }
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
  readonly downloads: readonly {
    readonly what: string
    readonly repository: string | null
    readonly bytes: number | null
  }[]
  readonly minutes: { readonly starting: number; readonly measuring: number }
}

/** `4 x RTX 4090, RTX 5090`. */
export const cardsInWords = (cards: readonly ShownCard[]): string =>
  [...Map.groupBy(cards, ({ entry }) => entry.label)]
    .map(([label, same]) => (same.length === 1 ? label : `${same.length} x ${label}`))
    .join(', ')

/** `GPU 0, 2`, or `GPU 0+1` for the cards of one server. */
export const gpusInWords = (cards: readonly ShownCard[], between = ', '): string =>
  `GPU ${cards.map(({ index }) => index).join(between)}`

/** Bytes that are downloaded at most, and whether the size of something is not known. */
export function downloadSize({ downloads }: Pick<ShownPlan, 'downloads'>): {
  readonly bytes: number
  readonly isLeast: boolean
} {
  return {
    bytes: downloads.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    isLeast: downloads.some(({ bytes }) => bytes === null),
  }
}

/** Servers that are started, over all starts. */
export const startsOf = ({ stages }: Pick<ShownPlan, 'stages'>): number =>
  stages.reduce((sum, { servers }) => sum + servers.length, 0)

/** Names of what is measured, each once. */
export const namesOf = ({ stages }: Pick<ShownPlan, 'stages'>): string[] => [
  ...new Set(
    stages.flatMap(({ parts }) =>
      parts.flatMap(({ lanes }) => lanes.flatMap(({ runs }) => runs.map(({ name }) => name))),
    ),
  ),
]

/** Minutes, rounded up: a plan promises no less; from two hours on in hours and minutes. */
export function inTime(minutes: number): string {
  const whole = Math.ceil(minutes)
  return whole < 120 ? `${whole} min` : `${Math.floor(whole / 60)} h ${whole % 60} min`
}
