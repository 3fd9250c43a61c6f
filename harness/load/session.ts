import type { Random } from '../plan/random.ts'
import type { SessionPlan } from './protocol.ts'

/** Where the conversation of one stream stands. */
export interface Turn {
  /** Id of the conversation: its first tokens are its own, and later turns begin with the earlier ones. */
  readonly topic: number
  readonly promptTokens: number
}

export interface ConversationOptions {
  readonly plan: SessionPlan
  /** Prompt tokens of a first turn. */
  readonly firstTokens: number
  /** Tokens of each answer. */
  readonly outputTokens: number
  readonly random: Random
  readonly newTopic: () => number
}

/**
 * Conversations of one stream, one after the other. A turn's prompt is all that was said before and the user's new
 * tokens. In the place of what the model answered stand other tokens of the same number: the harness keeps no output
 * text, so that part of the context is prefilled anew, which overstates prefill a little and never understates it.
 */
export class Conversation {
  readonly #plan: SessionPlan
  readonly #firstTokens: number
  readonly #outputTokens: number
  readonly #random: Random
  readonly #newTopic: () => number
  #turn = 0
  #current: Turn | null = null

  constructor(options: ConversationOptions) {
    this.#plan = options.plan
    this.#firstTokens = options.firstTokens
    this.#outputTokens = options.outputTokens
    this.#random = options.random
    this.#newTopic = options.newTopic
  }

  next(): Turn {
    if (this.#current === null || this.#turn === this.#plan.turns) {
      this.#turn = 1
      this.#current = { topic: this.#newTopic(), promptTokens: this.#firstTokens }
    } else {
      this.#turn += 1
      const { topic, promptTokens } = this.#current
      this.#current = { topic, promptTokens: promptTokens + this.#outputTokens + this.#plan.userTokens }
    }
    return this.#current
  }

  /** Thinking time before the next turn, exponential with the plan's mean; none before a new conversation. */
  pauseMs(): number {
    if (this.#turn === this.#plan.turns) return 0
    return -Math.log1p(-this.#random()) * this.#plan.thinkSeconds * 1000
  }
}
