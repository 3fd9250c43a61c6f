import OpenAI from 'openai'
import type { Outcome } from '../record/rows.ts'
import { codeOf, connectMessage, ownMachineFault } from './access/own-machine.ts'
import { fetchWithoutProxy } from './access/proxies.ts'
import type { Address } from './address.ts'
import { makeClient } from './client.ts'
import { finishFailure, type TimedRequestOptions, type TimedResult } from './timed-request.ts'
import { emptyFacts, type StreamFacts } from './wire/sse-scanner.ts'

/**
 * The same request through the iterator of the `openai` package: the timing of an application, including its delays.
 * Bodies are parsed back into objects before the clock is read. Retries are disabled.
 */
export function makeSdkSender(address: Address, apiKey: string | null, api: 'completions' | 'chat', now: () => number) {
  fetchWithoutProxy()
  // the transport of an application; its connections are kept, as there
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
    let ended: { outcome: Outcome; error: string }
    try {
      const create =
        api === 'chat' ? client.chat.completions.create(body, request) : client.completions.create(body, request)
      const { data, response } = await create.withResponse()
      httpStatus = response.status
      for await (const event of data as unknown as AsyncIterable<SdkEvent>) read(facts, event, now())
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
    return {
      dispatchedMs,
      firstByteMs: facts.firstChunkMs,
      endMs: now(),
      facts,
      httpStatus,
      simulated,
      noSocket,
      ...ended,
    }
  }
}

interface SdkEvent {
  readonly choices?: readonly {
    readonly text?: string
    readonly delta?: { readonly content?: string | null }
    readonly finish_reason?: string | null
  }[]
  readonly usage?: {
    readonly prompt_tokens: number
    readonly completion_tokens: number
    readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null
  } | null
  readonly system_fingerprint?: string | null
}

function read(facts: StreamFacts, event: SdkEvent, atMs: number): void {
  if (Number.isNaN(facts.firstChunkMs)) facts.firstChunkMs = atMs
  facts.systemFingerprint = event.system_fingerprint ?? facts.systemFingerprint
  if (event.usage) {
    facts.promptTokens = event.usage.prompt_tokens
    facts.outputTokens = event.usage.completion_tokens
    facts.cachedTokens = event.usage.prompt_tokens_details?.cached_tokens ?? null
  }
  const choice = event.choices?.[0]
  facts.finishReason = choice?.finish_reason ?? facts.finishReason
  if (!choice || !(choice.text || choice.delta?.content)) return
  if (facts.chunks === 0) facts.firstTokenMs = atMs
  facts.lastTokenMs = atMs
  if (facts.chunks === facts.times.length) {
    const larger = new Float64Array(facts.times.length * 2)
    larger.set(facts.times)
    facts.times = larger
  }
  facts.times[facts.chunks] = atMs
  facts.chunks += 1
}

const cut = (stopped: AbortSignal): { outcome: Outcome; error: string } =>
  stopped.aborted
    ? { outcome: 'aborted', error: 'stopped by the harness' }
    : { outcome: 'timeout', error: 'not complete within the timeout' }

function outcomeOf(error: unknown, status: number | null): Outcome {
  if (error instanceof OpenAI.APIConnectionError) return 'connect'
  if (error instanceof OpenAI.APIError && status !== null && status !== 200)
    return status >= 500 ? 'http-5xx' : 'http-4xx'
  return 'stream-error'
}

function judgeSdk(facts: StreamFacts): { outcome: Outcome; error: string } {
  const failure = finishFailure(facts.finishReason)
  if (failure !== null) return failure
  if (facts.finishReason === null) return { outcome: 'truncated', error: 'no finish_reason' }
  if (facts.outputTokens === null)
    return { outcome: 'malformed', error: 'no usage in the stream although it was requested' }
  return { outcome: 'ok', error: '' }
}
