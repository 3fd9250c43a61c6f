import type { Random } from '../plan/random.ts'
import type { SessionPlan } from './protocol.ts'

/** The current turn of a conversation. */
export interface Turn {
  /** Id of the conversation: its first tokens are unique to it, and later turns begin with the earlier ones. */
  readonly topic: number
  readonly promptTokens: number
  readonly outputTokens: number
}

export interface ConversationOptions {
  readonly plan: SessionPlan
  /** Lengths of a conversation: of the prompt of its first turn, and of each of its answers. */
  readonly lengthsOf: (topic: number) => { readonly promptTokens: number; readonly outputTokens: number }
  readonly random: Random
  readonly newTopic: () => number
}

/**
 * Conversations of one stream, one after the other. The prompt of a turn is all earlier turns and the user's new
 * tokens. The harness keeps no output text, so each earlier answer is replaced with the same number of other tokens.
 * That part of the context is prefilled again, which slightly overstates prefill and never understates it.
 */
export class Conversation {
  readonly #plan: SessionPlan
  readonly #lengthsOf: ConversationOptions['lengthsOf']
  readonly #random: Random
  readonly #newTopic: () => number
  #turn = 0
  #current: Turn | null = null

  constructor(options: ConversationOptions) {
    this.#plan = options.plan
    this.#lengthsOf = options.lengthsOf
    this.#random = options.random
    this.#newTopic = options.newTopic
  }

  next(): Turn {
    if (this.#current === null || this.#turn === this.#plan.turns) {
      this.#turn = 1
      const topic = this.#newTopic()
      this.#current = { topic, ...this.#lengthsOf(topic) }
    } else {
      this.#turn += 1
      const { promptTokens, outputTokens } = this.#current
      this.#current = { ...this.#current, promptTokens: promptTokens + outputTokens + this.#plan.userTokens }
    }
    return this.#current
  }

  /** Thinking time before the next turn, exponential with the plan's mean; none before a new conversation. */
  pauseMs(): number {
    if (this.#turn === this.#plan.turns) return 0
    return -Math.log1p(-this.#random()) * this.#plan.thinkSeconds * 1000
  }
}
