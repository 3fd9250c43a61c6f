import type { ServerResponse } from 'node:http'
import type { FinishReason, Sequence } from '../engine/sequence.ts'
import { pieces } from '../engine/token-table.ts'
import type { ServerContext } from './context.ts'
import { EventStream } from './event-stream.ts'
import { checkLength, type GenerationAsk } from './sampling.ts'
import { doneEvent, fingerprintPart, type StreamShape, usageEvent, usagePart } from './stream-shapes.ts'

/** Where the model ends by itself on average, when it may. */
const MEAN_ANSWER_TOKENS = 220

/** One finished answer of a request that does not stream. */
export interface Answer {
  readonly text: string
  readonly finishReason: FinishReason
  readonly completionTokens: number
}

type TokenSink = (index: number, piece: number, outputTokens: number, finish: FinishReason | null) => void

/** Streams the answers to one or more prompts, token by token, then the usage and `[DONE]`. */
export function streamAnswers(
  context: ServerContext,
  response: ServerResponse,
  prompts: readonly number[][],
  ask: GenerationAsk,
  shape: StreamShape,
): void {
  checkLengths(context, prompts, ask)
  const stream = new EventStream(response, context.outbox)
  const before = prompts.map((_, index) => shape.head + shape.beforeText(index))
  const promptTokens = prompts.reduce((sum, prompt) => sum + prompt.length, 0)
  let completionTokens = 0
  let open = prompts.length
  submitAll(context, response, prompts, ask, (index, piece, outputTokens, finish) => {
    const promptLength = (prompts[index] as number[]).length
    if (outputTokens === 1) {
      const opening = shape.opening(ask.continuousUsage ? usagePart(promptLength, 0) : '')
      if (opening !== null) stream.send(shape.head + opening)
    }
    const text = piece < 0 ? '' : pieces[piece]
    const after = finish === null ? shape.afterText : shape.afterFinalText(finish)
    const usage = ask.continuousUsage ? usagePart(promptLength, outputTokens) : ''
    const stamp = finish !== null && !ask.includeUsage ? fingerprintPart : ''
    stream.send(`${before[index]}${text}${after}${usage}${stamp}}\n\n`)
    if (finish === null) return
    completionTokens += outputTokens
    open -= 1
    if (open > 0) return
    if (ask.includeUsage) stream.send(usageEvent(shape.head, promptTokens, completionTokens))
    stream.send(doneEvent)
    stream.end()
  })
}

/** Collects the answers to one or more prompts and hands them over when the last has ended. */
export function collectAnswers(
  context: ServerContext,
  response: ServerResponse,
  prompts: readonly number[][],
  ask: GenerationAsk,
  done: (answers: readonly Answer[]) => void,
): void {
  checkLengths(context, prompts, ask)
  const texts = prompts.map(() => '')
  const answers: Answer[] = []
  let open = prompts.length
  submitAll(context, response, prompts, ask, (index, piece, outputTokens, finish) => {
    if (piece >= 0) texts[index] = (texts[index] as string) + pieces[piece]
    if (finish === null) return
    answers[index] = { text: texts[index] as string, finishReason: finish, completionTokens: outputTokens }
    open -= 1
    if (open === 0) done(answers)
  })
}

function checkLengths({ served }: ServerContext, prompts: readonly number[][], ask: GenerationAsk): void {
  for (const prompt of prompts) checkLength(prompt.length, ask.maxTokens, served.maxModelLen)
}

function submitAll(
  context: ServerContext,
  response: ServerResponse,
  prompts: readonly number[][],
  ask: GenerationAsk,
  sink: TokenSink,
): void {
  const { engine, driver, nowMs } = context
  driver.catchUp()
  const arrivedMs = nowMs()
  const sequences = prompts.map((promptTokens, index): Sequence => {
    const request = {
      promptTokens,
      cacheSalt: ask.cacheSalt,
      maxTokens: ask.maxTokens,
      stopAfterTokens: stopAfter(context, ask),
      onToken: (piece: number, outputTokens: number, finish: FinishReason | null) =>
        sink(index, piece, outputTokens, finish),
    }
    return engine.submit(request, arrivedMs)
  })
  driver.catchUp()
  // A client that hangs up frees its place and its KV blocks.
  response.once('close', () => {
    if (sequences.every((sequence) => sequence.state === 'finished')) return
    driver.catchUp()
    for (const sequence of sequences) engine.abort(sequence, nowMs())
    driver.catchUp()
  })
}

function stopAfter({ random }: ServerContext, ask: GenerationAsk): number {
  if (ask.ignoreEos) return Number.POSITIVE_INFINITY
  return Math.max(ask.minTokens + 1, Math.ceil(-Math.log(1 - random()) * MEAN_ANSWER_TOKENS))
}
