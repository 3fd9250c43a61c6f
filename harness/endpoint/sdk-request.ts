import OpenAI from 'openai'
import type { Outcome } from '../record/rows.ts'
import { codeOf, connectMessage, ownMachineFault } from './access/own-machine.ts'
import { fetchWithoutProxy } from './access/proxies.ts'
import type { Address } from './address.ts'
import { makeClient } from './client.ts'
import { type Ending, finishFailure, NO_USAGE } from './outcome.ts'
import type { TimedRequestOptions, TimedResult } from './timed-request.ts'
import { StreamChunks } from './wire/stream-chunks.ts'
import { readEventObject } from './wire/stream-event.ts'
import { dropEmptyEnd, emptyFacts, type StreamFacts } from './wire/stream-facts.ts'

/**
 * The same request through the iterator of the `openai` package: the timing of an application, including its delays.
 * Bodies are parsed back into objects before the clock is read. Retries are disabled.
 */
export function makeSdkSender(address: Address, apiKey: string | null, api: 'completions' | 'chat', now: () => number) {
  fetchWithoutProxy()
  // biome-ignore lint/style/noRestrictedGlobals: the transport of an application, which keeps its connections
  const client = makeClient(address, apiKey, fetch)
  return async (parts: readonly Buffer[], { timeoutMs, signal }: TimedRequestOptions): Promise<TimedResult> => {
    const body = JSON.parse(Buffer.concat(parts).toString())
    const facts = emptyFacts(new Float64Array(64))
    const request = {
      signal: AbortSignal.any([signal, AbortSignal.timeout(Math.round(timeoutMs))]),
      timeout: timeoutMs,
    }
    const dispatchedMs = now()
    let httpStatus: number | null = null
    let noSocket = false
    const chunks = new StreamChunks()
    let ended: Ending
    try {
      const create =
        api === 'chat' ? client.chat.completions.create(body, request) : client.completions.create(body, request)
      const { data, response } = await create.withResponse()
      httpStatus = response.status
      for await (const event of data as unknown as AsyncIterable<object>) read(facts, chunks, event, now())
      dropEmptyEnd(facts)
      // the iterator ends without an error when it is aborted: a cut stream must not count as a short success
      ended = request.signal.aborted ? cut(signal) : judgeSdk(facts)
    } catch (error) {
      noSocket = ownMachineFault(codeOf(error)) !== null
      httpStatus = error instanceof OpenAI.APIError ? (error.status ?? httpStatus) : httpStatus
      ended = request.signal.aborted
        ? cut(signal)
        : { outcome: outcomeOf(error, httpStatus), error: connectMessage(error) }
    }
    const simulated = facts.systemFingerprint === 'simulated'
    const times = { dispatchedMs, firstByteMs: facts.firstChunkMs, endMs: now() }
    return { ...times, facts, httpStatus, simulated, noSocket, isStale: false, ...ended }
  }
}

function read(facts: StreamFacts, chunks: StreamChunks, event: object, atMs: number): void {
  facts.events += 1
  const found = readEventObject(event as Readonly<Record<string, unknown>>)
  if (found.kind === 'chunk') chunks.add(facts, found.chunk, atMs)
  else if (found.kind === 'malformed') facts.malformed ??= found.what
  else if (found.kind === 'error') facts.errorMessage ??= found.message
}

const cut = (stopped: AbortSignal): Ending =>
  stopped.aborted
    ? { outcome: 'aborted', error: 'stopped by the harness' }
    : { outcome: 'timeout', error: 'not complete within the timeout' }

function outcomeOf(error: unknown, status: number | null): Outcome {
  if (error instanceof OpenAI.APIConnectionError) return 'connect'
  if (error instanceof OpenAI.APIError && status !== null && status !== 200)
    return status >= 500 ? 'http-5xx' : 'http-4xx'
  return 'stream-error'
}

function judgeSdk(facts: StreamFacts): Ending {
  if (facts.errorMessage !== null) return { outcome: 'stream-error', error: facts.errorMessage }
  if (facts.malformed !== null) return { outcome: 'malformed', error: facts.malformed }
  const failure = finishFailure(facts.finishReason)
  if (failure !== null) return failure
  if (facts.finishReason === null) return { outcome: 'truncated', error: 'no finish_reason' }
  if (facts.outputTokens === null) return { outcome: 'malformed', error: NO_USAGE }
  return { outcome: 'ok', error: '' }
}
