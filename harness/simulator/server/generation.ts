import type { FinishReason, Sequence, TokenSink } from '../engine/sequence.ts'
import { pieces } from '../engine/token-table.ts'
import { AnswerStream, type Generation, type StopSequences } from './answer-stream.ts'
import { sendError } from './api-error.ts'
import type { ServerContext } from './context.ts'
import { engineDead } from './engine-dead.ts'
import { checkLength, type GenerationAsk } from './sampling.ts'
import type { StreamShape } from './stream-shapes.ts'

/** Where the model ends by itself on average, when it may. */
const MEAN_ANSWER_TOKENS = 220

/** One finished answer of a request that does not stream. */
export interface Answer {
  readonly text: string
  readonly finishReason: FinishReason
  readonly completionTokens: number
}

/** Who takes the tokens of the prompt with this index. */
type TokenSinks = (index: number) => TokenSink

/** Streams the answers to one or more prompts, token by token, then the usage and `[DONE]`. */
export function streamAnswers(generation: Generation, shape: StreamShape): void {
  checkAsk(generation)
  const stream = new AnswerStream(generation, shape)
  stream.onBreak(submitAll(generation, (index) => stream.sinkOf(index)))
}

/** Collects the answers to one or more prompts and hands them over when the last has ended. */
export function collectAnswers(generation: Generation, done: (answers: readonly Answer[]) => void): void {
  checkAsk(generation)
  const { context, response, prompts } = generation
  const texts = prompts.map(() => '')
  const answers: Answer[] = []
  let open = prompts.length
  const stop = submitAll(generation, (index) => (piece, outputTokens, finish) => {
    if (piece >= 0) texts[index] = (texts[index] as string) + pieces[piece]
    if (finish === null) return
    const completionTokens = context.tales.usage(outputTokens)
    answers[index] = { text: texts[index] as string, finishReason: finish, completionTokens }
    open -= 1
    if (open === 0) done(answers)
  })
  const unwatch = context.life.watch((error) => {
    if (!response.headersSent) sendError(response, error)
    stop('error')
  })
  response.once('close', unwatch)
}

function checkAsk({ context: { served, life }, prompts, ask }: Generation): void {
  if (life.isDead) throw engineDead()
  for (const prompt of prompts) checkLength(prompt.length, ask.maxTokens, served.maxModelLen)
}

function submitAll({ context, response, prompts, ask }: Generation, sinks: TokenSinks): StopSequences {
  const { engine, driver, nowMs, tales } = context
  driver.catchUp()
  const arrivedMs = nowMs()
  const sequences = prompts.map((prompt, index): Sequence => {
    const request = {
      promptTokens: tales.prompt(prompt),
      cacheSalt: ask.cacheSalt,
      maxTokens: ask.maxTokens,
      stopAfterTokens: tales.stopAfter(ask.maxTokens, stopAfter(context, ask)),
      onToken: sinks(index),
    }
    return engine.submit(request, arrivedMs)
  })
  driver.catchUp()
  const stop: StopSequences = (reason) => {
    for (const sequence of sequences) engine.abort(sequence, nowMs(), reason)
  }
  // A client that hangs up frees its place and its KV blocks.
  response.once('close', () => {
    if (sequences.every((sequence) => sequence.state === 'finished')) return
    driver.catchUp()
    stop('abort')
    driver.catchUp()
  })
  return stop
}

function stopAfter({ random }: ServerContext, ask: GenerationAsk): number {
  if (ask.ignoreEos) return Number.POSITIVE_INFINITY
  return Math.max(ask.minTokens + 1, Math.ceil(-Math.log(1 - random()) * MEAN_ANSWER_TOKENS))
}
