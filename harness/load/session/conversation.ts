import type { Random } from '../../plan/random.ts'
import { type PlannedTurn, type SessionPlan, sessionTurns } from '../../plan/session-turns.ts'

/** The current turn of a session. */
export interface Turn extends PlannedTurn {
  /** Id of the session: its first tokens are unique to it, and later turns begin with the earlier ones. */
  readonly topic: number
  /** Its place in the session, from 1; null for the first turn of a session that was joined in the middle. */
  readonly turn: number | null
  /** Turns of the session that come after it; null likewise. */
  readonly turnsLeft: number | null
}

export interface ConversationOptions {
  readonly plan: SessionPlan
  /** Lengths of a session: of the prompt of its first turn, and of each of its answers. */
  readonly lengthsOf: (topic: number) => { readonly promptTokens: number; readonly outputTokens: number }
  readonly random: Random
  readonly newTopic: () => number
  /** Share of its first session that lies behind it when the load begins, 0 to 1; 0 unless given. */
  readonly joinsAt?: number
}

/**
 * Sessions of one stream, one after the other. The first may be joined in the middle: streams that all began with a first
 * turn would go through the same depths at the same time, and the load would have no steady state. The turn with which a
 * session is joined computes a whole context that a real session would have in the cache, so it counts for no depth.
 */
export class Conversation {
  readonly #options: ConversationOptions
  #topic = 0
  #turns: readonly PlannedTurn[] = []
  #next = 0
  #isFirst = true

  constructor(options: ConversationOptions) {
    this.#options = options
  }

  next(): Turn {
    let isJoined = false
    if (this.#next === this.#turns.length) {
      const { plan, lengthsOf, random, newTopic, joinsAt = 0 } = this.#options
      this.#topic = newTopic()
      this.#turns = sessionTurns(plan, { number: this.#topic, lengths: lengthsOf(this.#topic), random })
      this.#next = this.#isFirst ? Math.floor(joinsAt * this.#turns.length) : 0
      isJoined = this.#next > 0
      this.#isFirst = false
    }
    const turn = this.#turns[this.#next] as PlannedTurn
    this.#next += 1
    const place = isJoined ? null : { turn: this.#next, turnsLeft: this.#turns.length - this.#next }
    return { ...turn, topic: this.#topic, turn: place?.turn ?? null, turnsLeft: place?.turnsLeft ?? null }
  }

  /** Pause before the next turn, in ms; none before a new session. */
  pauseMs(): number {
    return this.#turns[this.#next]?.pauseMs ?? 0
  }
}
