import { messageOf } from '../../errors.ts'
import { DiskError } from '../../record/disk/disk-error.ts'
import { numberOf } from '../../record/measured.ts'
import { trialsOfKind } from '../../record/trials-of-kind.ts'
import type { FinishedRun } from '../../run/run.ts'
import type { UpServer } from '../measure/tools.ts'
import type { SoakLane } from '../plan/box-plan.ts'
import type { SoakState } from './soak-state.ts'

/** A round of one card. */
export interface RoundPlace {
  readonly url: string
  /** From 0, over the whole soak. */
  readonly round: number
  readonly stop: AbortSignal
}

/** The side effects of the load of one card. */
export interface LaneTools {
  readonly serve: (server: SoakLane['server']) => Promise<UpServer>
  /** Runs the load once; `stop` ends it in good order. */
  readonly run: (lane: SoakLane, at: RoundPlace) => Promise<FinishedRun>
  readonly say: (line: string) => void
}

/** Starts of one server before its card is left without load. */
const MOST_STARTS = 4

/** The load of one card over the rounds of a soak. A server that ended is started again, a few times. */
export class LoadedLane {
  readonly lane: SoakLane
  readonly #tools: LaneTools
  #server: UpServer | null = null
  #starts = 0
  /** Why its last round was not completed; null while all is well. */
  failure: string | null = null

  constructor(lane: SoakLane, tools: LaneTools) {
    this.lane = lane
    this.#tools = tools
  }

  /** Plays one round; null where it was not completed. Throws `DiskError` only. */
  async play(round: number, stop: AbortSignal): Promise<SoakState['rounds'][number] | null> {
    const { card } = this.lane
    try {
      const server = await this.#running()
      if (server === null) return null
      const { record } = await this.#tools.run(this.lane, { url: server.url, round, stop })
      const [trial] = trialsOfKind(record.trials, 'text')
      const rate = trial === undefined ? null : numberOf(trial.outputTokensPerS)
      if (record.status !== 'complete' || trial === undefined || rate === null) {
        return this.#failed(stop, `round ${round + 1}: the status of the run is ${record.status}`)
      }
      this.failure = null
      const { id, manifestSha256 = null } = record
      const tokens = numberOf(trial.outputTokens) ?? 0
      return { card: card.uuid, round, outputTokensPerS: rate, tokens, record: { id, manifestSha256 } }
    } catch (error) {
      // no later record could be written either
      if (error instanceof DiskError) throw error
      return this.#failed(stop, `round ${round + 1}: ${messageOf(error)}`)
    }
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
    this.#server = null
  }

  #failed(stop: AbortSignal, reason: string): null {
    if (stop.aborted) return null
    this.failure = reason
    this.#tools.say(`soak, GPU ${this.lane.card.index}: ${reason}`)
    return null
  }

  async #running(): Promise<UpServer | null> {
    if (this.#server !== null) return this.#server
    if (this.#starts >= MOST_STARTS) return null
    this.#starts += 1
    const server = await this.#tools.serve(this.lane.server)
    this.#server = server
    void server.ended.then(() => {
      if (this.#server === server) this.#server = null
    })
    return server
  }
}
