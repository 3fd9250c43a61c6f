import { missing } from '../record/measured.ts'
import { fail, type GateRows, pass, unmeasured, warn } from './gate-rows.ts'
import type { MeasuredRun } from './measured-run.ts'

const notExported = missing('not exported by this server')

/** Rows of the gates about tokens, prompts and the prefix cache: text only. */

/** 2000 output tokens by every count. */
const counts = { usageOutputTokens: 2000, streamedOutputTokens: 2000, contentEvents: 2000 }
const server = { generationTokens: 2000 }
const generated = (generationTokens: number): MeasuredRun => ({ client: counts, server: { generationTokens } })
const prompts = (usagePromptTokens: number): MeasuredRun => ({
  client: { plannedPromptTokens: 5000, usagePromptTokens },
})
const answers = (usageOutputTokens: number): MeasuredRun => ({
  client: { plannedOutputTokens: 5000, usageOutputTokens },
})
const english = (usagePromptTokens: number): MeasuredRun => ({
  ...prompts(usagePromptTokens),
  scenario: { prompt: { tokens: 512, text: 'english' } },
})
const shared = (prefixCacheHits: number): MeasuredRun => ({
  scenario: { prompt: { tokens: 512, prefixCache: 'shared:256' } },
  server: { prefixCacheHits },
})
/** A load that asks for 60 % of 5120 prompt tokens: hits by the counters, and by usage. */
const asking = (prefixCacheHits: number, usageCachedTokens: MeasuredRun['client'] = {}): MeasuredRun => ({
  scenario: { prompt: { tokens: 512, prefixCache: 'hits:60%' } },
  server: { prefixCacheHits, prefixCacheQueries: 5000 },
  client: usageCachedTokens,
})

/** 1000 tokens in this many events, of a server that does not count its steps. */
const steps = (contentEvents: number): MeasuredRun => ({
  client: { usageOutputTokens: 1000, contentEvents },
  server: { tokensPerStep: notExported },
})
/** Tokens of 2560 that arrived with others, and answers of 100 that arrived whole. */
const together = (lumpedTokens: number): MeasuredRun => ({ client: { lumpedTokens } })
const whole = (requestsAtOnce: number): MeasuredRun => ({ client: { requestsOk: 100, requestsAtOnce } })

export const textRows: GateRows = {
  'token-audit': [
    pass('the server counts 0.5 % more', generated(2010), { at: 'countDifference' }),
    fail('one token beyond that', generated(2011), { beyond: 'countDifference' }),
    pass('0.5 % fewer', generated(1990)),
    fail('one token fewer still', generated(1989)),
    pass('0.5 % more streamed', { client: { ...counts, streamedOutputTokens: 2010 }, server }),
    fail('one token beyond that', { client: { ...counts, streamedOutputTokens: 2011 }, server }),
    pass('0.5 % more events than tokens', { client: { ...counts, contentEvents: 2010 }, server }),
    fail('one event beyond that', { client: { ...counts, contentEvents: 2011 }, server }),
    pass('TTFT 5 % apart', { client: { ttftMeanMs: 105 }, server: { ttftMeanMs: 100 } }, { at: 'timeDifference' }),
    warn('a little more', { client: { ttftMeanMs: 105.1 }, server: { ttftMeanMs: 100 } }, { beyond: 'timeDifference' }),
    pass('TTFT 2 ms apart', { client: { ttftMeanMs: 12 }, server: { ttftMeanMs: 10 } }, { at: 'ttftFloor' }),
    warn('a little more', { client: { ttftMeanMs: 12.1 }, server: { ttftMeanMs: 10 } }, { beyond: 'ttftFloor' }),
    pass('TPOT 0.1 ms apart', { client: { tpotMeanMs: 0.2 }, server: { itlMeanMs: 0.1 } }, { at: 'tpotFloor' }),
    warn('a little more', { client: { tpotMeanMs: 0.21 }, server: { itlMeanMs: 0.1 } }, { beyond: 'tpotFloor' }),
    warn('one request of another client', { server: { requestSuccess: 11 } }),
    warn('another model at work on the server', { server: { otherModelTokens: 500 } }),
    pass('another model that did nothing', { server: { otherModelTokens: 0 } }),
    unmeasured('a restart in the trial', { server: { generationTokens: missing('the server restarted') } }),
    unmeasured('no counters of the server', { server: null }),
    unmeasured('a counter that is not exported', { server: { generationTokens: notExported } }),
  ],
  'token-arrival': [
    pass('one by one', {}),
    pass('a fifth of the tokens with others', together(512), { at: 'lumpedShare' }),
    warn('one token more', together(513), { beyond: 'lumpedShare' }),
    pass('5 % of the answers whole', whole(5), { at: 'wholeShare' }),
    fail('one answer more', whole(6), { beyond: 'wholeShare' }),
    fail('tokens that were never sent', {
      client: { contentEvents: 1280, tpotMeanMs: 10 },
      server: { itlMeanMs: 20 },
    }),
    unmeasured('no trial', { record: { trials: [] } }),
  ],
  'prompt-shape': [
    pass('prompts 1 % longer', prompts(5050), { at: 'lengthDifference' }),
    fail('one token beyond that', prompts(5051), { beyond: 'lengthDifference' }),
    pass('answers 1 % shorter', answers(4950)),
    fail('one token shorter still', answers(4949)),
    pass(
      '1 % of the prompts of another length',
      { client: { requestsOk: 100, promptsApart: 1 } },
      { at: 'apartShare' },
    ),
    fail('one more of them', { client: { requestsOk: 100, promptsApart: 2 } }, { beyond: 'apartShare' }),
    fail('as many answers', { client: { requestsOk: 100, answersApart: 2 } }),
    pass('English prompts 5 % longer', english(5250), { at: 'englishDifference' }),
    fail('one token beyond that', english(5251), { beyond: 'englishDifference' }),
    unmeasured('no request succeeded', { client: { requestsOk: 0 } }),
  ],
  'cache-clean': [
    pass('no hit', {}),
    warn('0.5 % hits', { server: { prefixCacheHits: 10, prefixCacheQueries: 2000 } }, { at: 'strayHits' }),
    fail('one hit more', { server: { prefixCacheHits: 11, prefixCacheQueries: 2000 } }, { beyond: 'strayHits' }),
    pass('10 % more hits than expected from the prefix', shared(2816), { at: 'hitDifference' }),
    fail('one hit more', shared(2817), { beyond: 'hitDifference' }),
    pass('10 % fewer', shared(2304)),
    fail('one hit fewer still', shared(2303)),
    unmeasured('hits that are not reported', { server: { prefixCacheHits: notExported } }),
  ],
  'cache-rate': [
    pass('no rate is asked for', {}),
    pass('as asked', asking(3000)),
    pass('two points more', asking(3100), { at: 'rateDifference' }),
    fail('one token beyond that', asking(3101), { beyond: 'rateDifference' }),
    pass('two points fewer', asking(2900)),
    fail('one token fewer still', asking(2899)),
    pass('usage agrees', asking(3000, { usagePromptTokens: 5000, usageCachedTokens: 2950 })),
    fail('usage does not', asking(3000, { usagePromptTokens: 5000, usageCachedTokens: 2000 })),
    fail('usage alone', {
      ...asking(0, { usagePromptTokens: 5000, usageCachedTokens: 2000 }),
      server: { prefixCacheHits: notExported },
    }),
    unmeasured('neither is reported', { ...asking(0), server: { prefixCacheHits: notExported } }),
  ],
  speculation: [
    pass('no token drafted', { server: { specDecodeDraftTokens: 0 } }, { at: 'draftTokens' }),
    fail('one token drafted', { server: { specDecodeDraftTokens: 1 } }, { beyond: 'draftTokens' }),
    fail('configured', { serving: { speculation: true } }),
    pass('1.02 tokens per step', { server: { tokensPerStep: 1.02 } }, { at: 'tokensPerStep' }),
    fail('1.021 tokens per step', { server: { tokensPerStep: 1.021 } }, { beyond: 'tokensPerStep' }),
    pass('10 tokens in 9 events', steps(900), { at: 'tokensPerEvent' }),
    warn('fewer events', steps(899), { beyond: 'tokensPerEvent' }),
    pass('fewer events, one token per step', { client: { usageOutputTokens: 1000, contentEvents: 500 } }),
    unmeasured('neither counters nor a setting', {
      server: { tokensPerStep: notExported },
      serving: { speculation: null },
    }),
  ],
}
