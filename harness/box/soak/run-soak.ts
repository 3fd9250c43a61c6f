import type { Clock } from '../../clock.ts'
import type { GpuRow } from '../../record/rows.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import { SOAK_CERTIFICATE_VERSION, type SoakBody } from '../../record/schema/soak.ts'
import { simulationStamps } from '../../record/simulation-stamps.ts'
import { counted } from '../../units.ts'
import type { PlannedSoak } from '../plan/box-plan.ts'
import { harmOf, judgeSoakedCard, serverVerdict } from './judge.ts'
import { type LaneTools, LoadedLane } from './lane.ts'
import { keepSoakState, openSoakState, type SoakState } from './soak-state.ts'
import { type CardTally, withReading, withRound, withRow, withXid } from './tally.ts'
import type { SoakWatch, WatchEvents } from './watch.ts'

/** What a soak is run with. Flags and environment variables are read by the command line, never here. */
export interface SoakOptions extends LaneTools {
  readonly outDir: string
  /** Goes on with the soak of the folder. */
  readonly resume: boolean
  readonly clock: Clock
  /** Once aborted, the round that runs ends early and no other begins. */
  readonly signal: AbortSignal
  readonly watch: (
    events: WatchEvents & { readonly uuids: readonly string[]; readonly originMs: number },
  ) => Promise<SoakWatch>
  readonly tool: Pick<RunRecord['tool'], 'name' | 'version' | 'commit'>
  readonly hostname: string
}

/**
 * Loads all cards of a plan at once, round after round, and watches them. It ends after the hours of load, at a fault that
 * more load would make worse, or when it is interrupted. The state is on disk after every round. Throws `bad-input` for a
 * state that does not fit, and `DiskError`; servers and watch are stopped in any case. Returns the certificate before it is signed.
 */
export async function runSoak(plan: PlannedSoak, options: SoakOptions): Promise<SoakBody> {
  const soak = new Soak(plan, options)
  try {
    await soak.play()
  } finally {
    await soak.stop()
  }
  return soak.certificate()
}

class Soak {
  readonly #plan: PlannedSoak
  readonly #options: SoakOptions
  readonly #lanes: readonly LoadedLane[]
  readonly #lastRowMs = new Map<string, number>()
  readonly #stopLoad = new AbortController()
  #state: SoakState
  #watch: SoakWatch | null = null
  #harm: string | null = null

  constructor(plan: PlannedSoak, options: SoakOptions) {
    this.#plan = plan
    this.#options = options
    this.#lanes = plan.lanes.map((lane) => new LoadedLane(lane, options))
    this.#state = openSoakState(options.outDir, plan, options.resume, options.clock.wall())
  }

  async play(): Promise<void> {
    const { signal, say, outDir } = this.#options
    const { rounds } = this.#plan
    this.#watch = await this.#options.watch({
      uuids: this.#plan.lanes.map(({ card }) => card.uuid),
      originMs: this.#options.clock.nowMs(),
      onRow: (row) => this.#row(row),
      onReading: (reading, isFirst) => this.#change(reading.uuid, (tally) => withReading(tally, reading, isFirst)),
      onXid: (uuid, code) => this.#xid(uuid, code),
      onNoKernelLog: (reason) => {
        this.#state = { ...this.#state, xidsReason: reason }
      },
      say: (line) => say(`soak: ${line}`),
    })
    const stop = AbortSignal.any([signal, this.#stopLoad.signal])
    while (this.#state.played < rounds && !stop.aborted) {
      const round = this.#state.played
      say(
        `soak: round ${round + 1} of ${rounds}, ${this.#plan.roundSeconds} s on ${counted(this.#lanes.length, 'card')}`,
      )
      const loadedS = new Map(this.#state.tallies.map((tally) => [tally.uuid, tally.loadedS]))
      const ended = await Promise.all(this.#lanes.map((lane) => lane.play(round, stop)))
      const completed = ended.filter((each) => each !== null)
      // a server that ended may be the first sign of a card that is lost
      if (completed.length < ended.length) await this.#watch.look()
      // a round that was cut short is played again by a resumed soak
      const played = stop.aborted ? round : round + 1
      for (const { card } of stop.aborted ? [] : completed) {
        this.#change(card, (tally) => withRound(tally, loadedS.get(card) ?? 0, this.#plan.roundSeconds))
      }
      this.#state = { ...this.#state, played, rounds: [...this.#state.rounds, ...(stop.aborted ? [] : completed)] }
      keepSoakState(outDir, this.#state)
      if (completed.length === 0 && !stop.aborted && this.#lanes.every(({ failure }) => failure !== null)) break
    }
  }

  async stop(): Promise<void> {
    this.#stopLoad.abort()
    await Promise.all(this.#lanes.map((lane) => lane.stop()))
    await this.#watch?.stop()
    keepSoakState(this.#options.outDir, this.#state)
  }

  certificate(): SoakBody {
    const { tool, hostname, clock } = this.#options
    const { hours, roundSeconds, lanes } = this.#plan
    const state = this.#state
    const interrupted = this.#options.signal.aborted ? 'interrupted' : null
    const uuids = lanes.map(({ card }) => card.uuid)
    const isSimulated = simulationStamps(uuids).length > 0
    const cards = this.#lanes.map(({ lane: { card }, failure }, at) =>
      judgeSoakedCard({
        card: { index: card.index, uuid: card.uuid, name: `${card.entry.label}${isSimulated ? ' (SIMULATED)' : ''}` },
        tally: state.tallies[at] as CardTally,
        rounds: state.rounds
          .filter((each) => each.card === card.uuid)
          .map(({ round, outputTokensPerS, tokens }) => ({
            atHours: ((round + 0.5) * roundSeconds) / 3600,
            outputTokensPerS,
            tokens,
          })),
        xidsReason: state.xidsReason,
        askedHours: hours,
        unfinished: failure ?? (state.played < this.#plan.rounds ? this.#why(interrupted) : null),
        isSimulated,
      }),
    )
    const [lane] = lanes
    return {
      joulemarkSoak: SOAK_CERTIFICATE_VERSION,
      tool: { name: 'joulemark', version: tool.version, commit: tool.commit },
      source: isSimulated ? 'simulated' : 'live',
      hostname,
      startedAt: state.startedAt,
      endedAt: clock.wall().toISOString(),
      askedHours: hours,
      sessions: state.sessions,
      load: {
        scenario: lane?.run.scenario.title ?? '',
        sha256: state.scenarioSha256,
        concurrency:
          lane?.run.scenario.kind === 'text' && lane.run.scenario.load.shape === 'closed'
            ? lane.run.scenario.load.concurrency
            : null,
        roundSeconds,
      },
      stoppedEarly: this.#harm ?? interrupted,
      ...serverVerdict(cards),
      cards,
      records: state.rounds.map(({ card, record }) => ({ ...record, card })),
    }
  }

  #why(interrupted: string | null): string {
    if (this.#harm !== null) return `the soak was stopped early: ${this.#harm}`
    return interrupted === null
      ? 'no card could be loaded any more'
      : 'the soak was interrupted: continue with --resume'
  }

  #row(row: GpuRow): void {
    const before = this.#lastRowMs.get(row.uuid)
    this.#lastRowMs.set(row.uuid, row.timeMs)
    const sinceS = before === undefined ? 0 : (row.timeMs - before) / 1000
    this.#change(row.uuid, (tally) => withRow(tally, row, sinceS))
  }

  /** An Xid whose card is not known counts against every card. */
  #xid(uuid: string | null, code: number): void {
    for (const each of this.#state.tallies) {
      if (uuid === null || uuid === each.uuid) this.#change(each.uuid, (tally) => withXid(tally, code))
    }
  }

  #change(uuid: string, change: (tally: CardTally) => CardTally): void {
    const tallies = this.#state.tallies.map((tally) => (tally.uuid === uuid ? change(tally) : tally))
    this.#state = { ...this.#state, tallies }
    const tally = tallies.find((each) => each.uuid === uuid)
    const harm = tally === undefined ? null : harmOf(tally)
    if (harm === null || this.#harm !== null) return
    const index = this.#plan.lanes.find(({ card }) => card.uuid === uuid)?.card.index
    this.#harm = `GPU ${index ?? uuid}: ${harm}`
    this.#options.say(`soak: stopped early, ${this.#harm}`)
    this.#stopLoad.abort()
  }
}
