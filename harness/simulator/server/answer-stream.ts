import type { ServerResponse } from 'node:http'
import type { TokenSink } from '../engine/sequence.ts'
import { pieces } from '../engine/token-table.ts'
import type { StreamFault } from '../faults/stream-faults.ts'
import { ApiError } from './api-error.ts'
import type { ServerContext } from './context.ts'
import { EventStream } from './event-stream.ts'
import type { GenerationRequest } from './sampling.ts'
import {
  doneEvent,
  errorEvent,
  fingerprintPart,
  type StreamShape,
  typedErrorEvent,
  usageEvent,
  usagePart,
} from './stream-shapes.ts'

interface Held {
  text: string
  tokens: number
}

/** One request: its prompts, its parameters, and its response. */
export interface Generation {
  readonly context: ServerContext
  readonly response: ServerResponse
  readonly prompts: readonly number[][]
  readonly params: GenerationRequest
}

/** Ends the sequences of a stream that ended early. */
export type StopSequences = (reason: 'abort' | 'error') => void

/** The sequences of a request in the engine. */
export interface Submitted {
  readonly stop: StopSequences
  /** Prompt tokens that came from the prefix cache; null where the server does not report them. */
  readonly cachedTokens: () => number | null
}

/**
 * The events of one response: token by token, then the usage and `[DONE]`; or those of its fault. Tokens of
 * one engine step are one event.
 */
export class AnswerStream {
  readonly #context: ServerContext
  readonly #request: GenerationRequest
  readonly #shape: StreamShape
  readonly #fault: StreamFault
  readonly #stream: EventStream
  readonly #promptLengths: readonly number[]
  readonly #before: readonly string[]
  readonly #beforeReasoning: readonly string[]
  /** Tokens at the start of each choice that are reasoning. */
  readonly #reasoningTokens: number
  /** Text of each choice that is not sent yet, and its number of tokens. */
  readonly #held: Held[]
  readonly #breakAt: number
  readonly #unwatch: () => void
  #completionTokens = 0
  #reasonedTokens = 0
  #open: number
  #isOver = false
  #stop: StopSequences = () => {}
  #cachedTokens: Submitted['cachedTokens'] = () => null

  constructor({ context, response, prompts, params }: Generation, shape: StreamShape) {
    this.#context = context
    this.#request = params
    this.#shape = shape
    this.#fault = context.streamFaults.next()
    this.#stream = new EventStream(response, context)
    this.#promptLengths = prompts.map((prompt) => prompt.length)
    this.#before = prompts.map((_, index) => shape.head + shape.beforeText(index))
    const { reasoningTokens } = context.served
    this.#reasoningTokens = shape.beforeReasoning ? reasoningTokens : 0
    this.#beforeReasoning = prompts.map((_, index) => shape.head + (shape.beforeReasoning?.(index) ?? ''))
    this.#held = prompts.map(() => ({ text: '', tokens: 0 }))
    this.#open = prompts.length
    this.#breakAt = this.#fault.end === null ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(params.maxTokens / 2))
    this.#unwatch = context.engineState.watch((error) => this.#fail(error))
    response.once('close', this.#unwatch)
  }

  /** Sets the sequences of the stream, which end when it ends early. */
  follow({ stop, cachedTokens }: Submitted): void {
    this.#stop = stop
    this.#cachedTokens = cachedTokens
  }

  /** The sink for the tokens of the choice with this index. */
  sinkOf(index: number): TokenSink {
    const promptLength = this.#promptLengths[index] as number
    const held = this.#held[index] as Held
    return (piece, outputTokens, finish, more) => {
      if (this.#isOver) return
      const continuousUsage = this.#request.continuousUsage && this.#fault.withUsage
      if (outputTokens === 1) {
        const opening = this.#shape.opening(continuousUsage ? usagePart(promptLength, 0) : '')
        if (opening !== null) this.#stream.send(this.#shape.head + opening)
      }
      const isSecond = outputTokens % 2 === 0
      const { hasInvisibleTokens, hidesFirstHalf } = this.#context.streamForm
      if (hidesFirstHalf && outputTokens <= this.#request.maxTokens / 2 && finish === null) return
      if (piece >= 0 && !(hasInvisibleTokens && isSecond)) held.text += pieces[piece]
      held.tokens += 1
      if (outputTokens >= this.#breakAt) {
        this.#break(index)
        return
      }
      const isReasoning = outputTokens <= this.#reasoningTokens
      // an event has reasoning or the answer, never both
      const isLastOfKind = outputTokens === this.#reasoningTokens
      const isFull = isLastOfKind || (!more && (held.tokens >= this.#fault.mergeTokens || outputTokens === 1))
      if (finish === null && !isFull) return
      const reportedTokens = this.#context.falseReports.usage(outputTokens)
      const hasSeparateFinish = this.#hasSeparateFinish
      const hasFinish = finish !== null && !hasSeparateFinish
      const after = hasFinish ? this.#shape.afterFinalText(finish) : this.#shape.afterText
      const usage = continuousUsage
        ? usagePart(promptLength, reportedTokens)
        : `${this.#emptyUsage}${hasFinish ? this.#usageInFinish(reportedTokens) : ''}`
      const stamp = finish !== null && !this.#request.includeUsage ? fingerprintPart : ''
      const before = (isReasoning ? this.#beforeReasoning : this.#before)[index]
      this.#stream.send(`${before}${held.text}${after}${usage}${stamp}}\n\n`)
      if (finish !== null && hasSeparateFinish) {
        const ending = `${this.#emptyUsage}${this.#usageInFinish(reportedTokens)}`
        this.#stream.send(`${this.#before[index]}${this.#shape.afterFinalText(finish)}${ending}}\n\n`)
      }
      held.text = ''
      held.tokens = 0
      if (finish !== null) this.#finishChoice(reportedTokens, Math.min(outputTokens, this.#reasoningTokens))
    }
  }

  #finishChoice(reportedTokens: number, reasoningTokens: number): void {
    this.#reasonedTokens += reasoningTokens
    this.#completionTokens += reportedTokens
    this.#open -= 1
    if (this.#open === 0) this.#finish()
  }

  #finish(): void {
    if (this.#request.includeUsage && this.#fault.withUsage && !this.#hasUsageInFinish) {
      const promptTokens = this.#promptLengths.reduce((sum, length) => sum + length, 0)
      const details = {
        cachedTokens: this.#cachedTokens(),
        reasoningTokens: this.#reasoningTokens > 0 ? this.#reasonedTokens : null,
      }
      this.#stream.send(usageEvent(this.#shape.head, promptTokens, this.#completionTokens, details))
    }
    if (this.#context.streamForm.hasDone) this.#stream.send(doneEvent)
    this.#close()
  }

  get #hasSeparateFinish(): boolean {
    return this.#context.streamForm.hasSeparateFinish || this.#context.imitation?.hasSeparateFinish === true
  }

  /** Whether usage stands in the last event of a choice: in completions of some engines. */
  get #hasUsageInFinish(): boolean {
    return this.#context.imitation?.hasUsageInFinish === true && !this.#shape.isChat
  }

  /** The usage of zeros that an engine sends in each event. */
  get #emptyUsage(): string {
    const isSent = this.#context.imitation?.hasEmptyUsage === true && !this.#shape.isChat && this.#request.includeUsage
    return isSent ? usagePart(0, 0) : ''
  }

  /** The usage in the event with the finish_reason, with the stamp; nothing where it has an event of its own. */
  #usageInFinish(reportedTokens: number): string {
    if (!this.#hasUsageInFinish) return ''
    const promptTokens = this.#promptLengths.reduce((sum, length) => sum + length, 0)
    return `${usagePart(promptTokens, this.#completionTokens + reportedTokens, this.#cachedTokens())}${fingerprintPart}`
  }

  #break(index: number): void {
    switch (this.#fault.end) {
      case 'engine-death':
        this.#context.engineState.die()
        return
      case 'restart':
        this.#context.restart()
        return
      case 'in-stream-error':
        this.#fail(new ApiError(500, 'InternalServerError', 'Internal server error'))
        return
      case 'error-event':
        this.#stream.send(typedErrorEvent(this.#context.served.names[0] as string))
        this.#close()
        this.#stop('error')
        return
      case 'abort':
        this.#stream.send(`${this.#before[index]}${this.#shape.afterFinalText('abort')}}\n\n`)
        this.#completionTokens += this.#breakAt
        this.#stop('abort')
        this.#finish()
        return
      default:
        this.#isOver = true
        this.#unwatch()
        this.#stream.cut()
        this.#stop('abort')
    }
  }

  /** The status 200 was already sent: the error is an event of the stream, followed by `[DONE]`. */
  #fail(error: ApiError): void {
    if (this.#isOver) return
    this.#stream.send(errorEvent(error))
    this.#stream.send(doneEvent)
    this.#close()
    this.#stop('error')
  }

  #close(): void {
    this.#isOver = true
    this.#unwatch()
    this.#stream.end()
  }
}
