/** A planned server, as a plan shows it. */
export interface PlannedStart {
  /** Cards, such as `GPU 0`; empty on a server with one card. */
  readonly where: string
  readonly model: string
  /** What is measured on it, in order. */
  readonly runs: readonly string[]
  /** Changes to server settings for this card. */
  readonly corrections: readonly string[]
}

/** A plan, as text needs it. */
export interface ShownPlan {
  /** The cards in words. */
  readonly cards: string
  /** One entry per stage: the servers that are up together. */
  readonly stages: readonly { readonly start: string; readonly servers: readonly PlannedStart[] }[]
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
  readonly downloads: readonly { readonly what: string; readonly bytes: number | null }[]
  /** Most minutes of starting and of measuring. */
  readonly minutes: { readonly starting: number; readonly measuring: number }
}

/** The plan of a night before anything is started: its servers in order, what is left out, downloads and time. */
export function planText({ cards, stages, leftOut, downloads, minutes }: ShownPlan): string {
  const starts = stages.reduce((sum, { servers }) => sum + servers.length, 0)
  const total = Math.ceil(minutes.starting + minutes.measuring)
  const lines = [
    `${cards}: ${starts} server ${starts === 1 ? 'start' : 'starts'}, at most ${total} min without downloads (${Math.ceil(minutes.measuring)} of measuring)`,
    ...stages.flatMap(({ start, servers }) => servers.flatMap((server) => serverLines(start, server))),
    ...leftOut.map(({ name, reason }) => `  ${name}: skipped: ${reason}`),
    ...downloads.map(
      ({ what, bytes }) => `  download, unless it is here: ${what}${bytes === null ? '' : `, ${gb(bytes)}`}`,
    ),
  ]
  return `${lines.join('\n')}\n`
}

function serverLines(start: string, { where, model, runs, corrections }: PlannedStart): string[] {
  const head = [where, model, start].filter((word) => word !== '').join(', ')
  return [`  ${head}: ${runs.join(', ')}`, ...corrections.map((text) => `    ${text}`)]
}

const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
