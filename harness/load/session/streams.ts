import type { BodyRequest } from '../../plan/body/body-plan.ts'
import { drawLengths } from '../../plan/lengths.ts'
import { mixSeed, seededRandom } from '../../plan/random.ts'
import type { SessionPlan } from '../../plan/session-turns.ts'
import { SESSION_PROMPTS, type WorkerPlan } from '../protocol.ts'
import type { SessionPlace } from '../request-row.ts'
import { Conversation } from './conversation.ts'

const PAUSE_SEED = 0x7468696e

/** A request of a session, without its id and its time. */
export interface SessionRequest {
  readonly topic: number
  readonly promptPhase: number
  readonly promptTokens: number
  readonly outputTokens: number
  readonly branch?: BodyRequest['branch']
  readonly session: SessionPlace
}

/**
 * The sessions of one worker. They go on from the warm-up through all trials, and begin at depths that are spread evenly
 * over a session: from the first trial on, some are young and some old, as on a server that has been in use for long.
 */
export class SessionStreams<Slot> {
  /** The connections of each stream. */
  readonly streams: readonly (readonly Slot[])[]
  readonly #conversations: readonly Conversation[]

  constructor(
    plan: Pick<WorkerPlan, 'body' | 'lengths' | 'workers' | 'worker'>,
    session: SessionPlan,
    slots: readonly Slot[],
    idOf: (index: number) => number,
  ) {
    const { width } = session
    const { seed } = plan.body
    this.streams = Array.from({ length: slots.length / width }, (_, stream) =>
      slots.slice(stream * width, (stream + 1) * width),
    )
    let topics = 0
    this.#conversations = this.streams.map(
      (_, stream) =>
        new Conversation({
          plan: session,
          lengthsOf: (topic) => drawLengths(plan.lengths, { seed, phase: SESSION_PROMPTS, index: topic }),
          random: seededRandom(mixSeed(seed, PAUSE_SEED, idOf(stream))),
          newTopic: () => idOf(topics++),
          joinsAt: (stream + plan.worker / plan.workers) / this.streams.length,
        }),
    )
  }

  /** Pause before the next turn of a stream, in ms. */
  pauseMs(stream: number): number {
    return this.#conversations[stream]?.pauseMs() ?? 0
  }

  /** The requests of the next turn of a stream, to be sent at once. */
  next(stream: number): SessionRequest[] {
    const { topic, turn, turnsLeft, contextTokens, outputTokens, branches, branchTokens } = (
      this.#conversations[stream] as Conversation
    ).next()
    return Array.from({ length: branches }, (_, index) => ({
      topic,
      promptPhase: SESSION_PROMPTS,
      promptTokens: contextTokens + branchTokens,
      outputTokens,
      ...(branchTokens > 0 ? { branch: { index, tokens: branchTokens } } : {}),
      session: turn === null || turnsLeft === null ? null : { id: topic, turn, turnsLeft },
    }))
  }
}
