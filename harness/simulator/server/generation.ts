import type { ServerResponse } from 'node:http'
import type { FinishReason, Sequence, TokenSink } from '../engine/sequence.ts'
import { pieces } from '../engine/token-table.ts'
import type { OtherAnswer } from '../faults/other-answers.ts'
import { AnswerStream, type Generation, type StopSequences, type Submitted } from './answer-stream.ts'
import { sendError } from './api-error.ts'
import type { ServerContext } from './context.ts'
import { engineDead } from './engine-state.ts'
import { writeHead } from './reply.ts'
import { checkLength, type GenerationRequest } from './sampling.ts'
import type { StreamShape } from './stream-shapes.ts'

/** Mean answer length when the model may emit the end token. */
const MEAN_ANSWER_TOKENS = 220

/** One finished answer of a request that does not stream. */
export interface Answer {
  readonly text: string
  readonly finishReason: FinishReason
  readonly completionTokens: number
}

/** The sink for the tokens of the prompt with this index. */
type TokenSinks = (index: number) => TokenSink

/** Streams the answers to one or more prompts, token by token, then the usage and `[DONE]`. */
export function streamAnswers(generation: Generation, shape: StreamShape): void {
  checkGeneration(generation)
  const { otherAnswer } = generation.context
  if (otherAnswer !== null) {
    sendOther(generation.response, otherAnswer)
    return
  }
  const stream = new AnswerStream(generation, shape)
  submitAll(
    generation,
    (index) => stream.sinkOf(index),
    (submitted) => stream.follow(submitted),
  )
}

/** Collects the answers to one or more prompts and calls `done` when the last has ended, with their cached prompt tokens. */
export function collectAnswers(
  generation: Generation,
  done: (answers: readonly Answer[], cachedTokens: number | null) => void,
): void {
  checkGeneration(generation)
  const { context, response, prompts } = generation
  const texts = prompts.map(() => '')
  const answers: Answer[] = []
  let open = prompts.length
  let submitted: Submitted | null = null
  const sinkOf: TokenSinks = (index) => (piece, outputTokens, finish) => {
    if (piece >= 0) texts[index] = (texts[index] as string) + pieces[piece]
    if (finish === null) return
    const completionTokens = context.falseReports.usage(outputTokens)
    answers[index] = { text: texts[index] as string, finishReason: finish, completionTokens }
    open -= 1
    if (open === 0) done(answers, submitted?.cachedTokens() ?? null)
  }
  submitAll(generation, sinkOf, (made) => {
    submitted = made
  })
  const unwatch = context.engineState.watch((error) => {
    if (!response.headersSent) sendError(response, error)
    submitted?.stop('error')
  })
  response.once('close', unwatch)
}

function sendOther(response: ServerResponse, { status, headers, body }: OtherAnswer): void {
  writeHead(response, status, { 'content-length': Buffer.byteLength(body), ...headers })
  response.end(body)
}

function checkGeneration({ context: { served, engineState }, prompts, params }: Generation): void {
  if (engineState.isDead) throw engineDead()
  for (const prompt of prompts) checkLength(prompt.length, params.maxTokens, served.maxModelLen)
}

/** Submits the prompts. `onSubmitted` is called before any token: a process that was held up may emit them all at once. */
function submitAll(
  { context, response, prompts, params }: Generation,
  sinks: TokenSinks,
  onSubmitted: (submitted: Submitted) => void,
): void {
  const { engine, driver, nowMs, falseReports, reportsCachedTokens } = context
  driver.catchUp()
  const arrivedMs = nowMs()
  const sequences = prompts.map((prompt, index): Sequence => {
    const request = {
      promptTokens: falseReports.prompt(prompt),
      cacheSalt: params.cacheSalt,
      maxTokens: params.maxTokens,
      stopAfterTokens: falseReports.stopAfter(params.maxTokens, stopAfter(context, params)),
      onToken: sinks(index),
    }
    return engine.submit(request, arrivedMs)
  })
  const stop: StopSequences = (reason) => {
    for (const sequence of sequences) engine.abort(sequence, nowMs(), reason)
  }
  // when a client disconnects, its sequences are aborted and their KV blocks released
  response.once('close', () => {
    if (sequences.every((sequence) => sequence.state === 'finished')) return
    driver.catchUp()
    stop('abort')
    driver.catchUp()
  })
  const cachedTokens = () =>
    reportsCachedTokens ? sequences.reduce((sum, sequence) => sum + sequence.cachedTokens, 0) : null
  onSubmitted({ stop, cachedTokens })
  driver.catchUp()
}

function stopAfter({ random }: ServerContext, params: GenerationRequest): number {
  if (params.ignoreEos) return Number.POSITIVE_INFINITY
  return Math.max(params.minTokens + 1, Math.ceil(-Math.log(1 - random()) * MEAN_ANSWER_TOKENS))
}
