import { engineOf } from '../engines/table.ts'
import { USUAL_BLOCK_TOKENS } from '../physics/model/kv.ts'
import { isKnown, numberOf } from '../record/measured.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { askedHitShare, sharedPromptTokens } from '../scenario/load-shape.ts'
import { meanLength } from '../scenario/prompt/length.ts'
import { counted } from '../units.ts'
import { hitsOf } from './cache/hits.ts'
import { defineGate, gateResult, notMeasured, sumOf } from './gate.ts'
import { failsAbove, isBeyond, limitText, percent, relativeDifference } from './threshold.ts'

const lengthDifference = failsAbove({
  what: 'difference between the mean length and the requested length',
  value: 0.01,
  unit: 'share',
})

/** English text is cut by its bytes, and a passage may have more tokens per byte than another. */
const englishDifference = failsAbove({
  what: 'the same difference for prompts of English text (`prompt.text: english`)',
  value: 0.05,
  unit: 'share',
})
const apartShare = failsAbove({
  what: 'requests whose prompt or answer has another length than requested (by over 1 %, English prompts by over 20 %, and by over 2 tokens)',
  value: 0.01,
  unit: 'share',
})

/**
 * Prompts or answers were longer or shorter than requested; an answer that ends early is a different load. Chat prompts are
 * compared where their template was measured (`endpoint.chatPrompt`), which older records lack.
 */
export const promptShape = defineGate({
  question: 'Were prompts and answers as long as the scenario requires?',
  kinds: ['text'],
  required: false,
  thresholds: { lengthDifference, englishDifference, apartShare },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    'Prompt and output tokens by the usage of the server are compared with the requested numbers, over all requests that succeeded, in sum and one by one. Prompts of a file have the lengths that the server counts, and are not compared. Where the model may end an answer (`output.ignoreEos: false`), only longer answers count. Chat prompts include the template of the server: it is measured before the run, and the prompts are shortened by it; passages of English text are counted with it. In older records, without `endpoint.chatPrompt`, chat prompts are shown but not compared.',
  evidence: 'Mean prompt and answer length, by usage and as requested, and the number of requests.',
  usualCauses:
    'A tokenizer other than that of the model; a server that ignores `ignore_eos` or `min_tokens`; a chat template that adds much; a context that is too short for prompt and answer.',
  whatToDo:
    'Answers that end early: the server must honour `ignore_eos` and `min_tokens`. Prompts of another length: the tokenizer of the server is not that of the model; in chat, our words are not in its vocabulary.',
  evaluate({ trials, scenario, endpoint }) {
    const tokenCounts = trialsOfKind(trials, 'text').flatMap((trial) =>
      trial.clientTokens ? [trial.clientTokens] : [],
    )
    const ok = sumOf(tokenCounts, (tokens) => tokens.requestsOk)
    if (ok === 0) return notMeasured(trials.length === 0 ? 'no trial was run' : 'no request succeeded')
    const prompt = {
      got: sumOf(tokenCounts, (tokens) => tokens.usagePromptTokens),
      asked: sumOf(tokenCounts, (tokens) => numberOf(tokens.plannedPromptTokens) ?? 0),
    }
    const answer = {
      got: sumOf(tokenCounts, (tokens) => tokens.usageOutputTokens),
      asked: sumOf(tokenCounts, (tokens) => tokens.plannedOutputTokens),
    }
    const isOff = ({ got, asked }: typeof prompt, threshold = lengthDifference) =>
      asked > 0 && isBeyond(threshold, relativeDifference(got, asked))
    const isAbout = scenario.prompt.text === 'english'
    const isPlanned = tokenCounts.some((tokens) => isKnown(tokens.plannedPromptTokens))
    // English text is cut by counts of whole prompts, with the template in them
    const isUnknown = scenario.api === 'chat' && endpoint.chatPrompt === undefined && !isAbout
    const mean = (tokens: number) => (tokens / ok).toFixed(1)
    const template = isUnknown ? '; prompts are not compared, because the chat template adds tokens' : ''
    const isOpen = endpoint.requestWithout?.includes('ignore_eos') === true
    const mayEndEarly = scenario.output.ignoreEos === false
    const isApart = (key: 'promptsApart' | 'answersApart') =>
      isBeyond(apartShare, sumOf(tokenCounts, (tokens) => tokens[key] ?? 0) / ok)
    const apart = tokenCounts.some(({ promptsApart }) => promptsApart !== undefined)
      ? [
          `${counted(
            sumOf(tokenCounts, (tokens) => tokens.promptsApart ?? 0),
            'prompt',
          )} and ${counted(
            sumOf(tokenCounts, (tokens) => tokens.answersApart ?? 0),
            'answer',
          )} of another length than requested`,
        ]
      : []
    const evidence = [
      `prompts of ${mean(prompt.got)} tokens by usage, ${isPlanned ? `${isAbout ? 'about ' : ''}${mean(prompt.asked)} requested` : 'as their file has them'}`,
      `answers of ${mean(answer.got)}, ${mayEndEarly ? 'at most ' : ''}${mean(answer.asked)} requested`,
      ...apart,
      `${counted(ok, 'request')} (allowed ± ${limitText(lengthDifference)}${template})`,
      ...(isOpen ? ['the server takes no ignore_eos: answers end where the model ends them'] : []),
    ].join('; ')
    const isAnswerOff = (!mayEndEarly || answer.got > answer.asked) && isOff(answer)
    const isPromptOff =
      !isUnknown && (isOff(prompt, isAbout ? englishDifference : lengthDifference) || isApart('promptsApart'))
    return gateResult(isAnswerOff || isApart('answersApart') || isPromptOff ? 'fail' : 'pass', evidence)
  },
})

const strayHits = failsAbove({
  what: 'prompt tokens from the prefix cache, where the scenario requires none (fewer warn)',
  value: 0.005,
  unit: 'share',
})
/** The first request with a shared prefix finds nothing in the cache. */
const hitDifference = failsAbove({
  what: 'difference between the prompt tokens from the prefix cache and those expected from the stated prefix',
  value: 0.1,
  unit: 'share',
})
/** Minimum expected share of a stated prefix; a smaller one is compared as this. */
const LEAST_EXPECTED_SHARE = 0.01

/** The prefix cache served prompts that the scenario requires to be computed, or did not serve those it requires to be cached. */
export const cacheClean = defineGate({
  question: 'Did the prefix cache serve exactly what the scenario states?',
  kinds: ['text'],
  required: false,
  thresholds: { strayHits, hitDifference },
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula:
    'Prompt tokens found in the prefix cache / prompt tokens looked up. `cold` requires none. `shared:N` and `warm` require N tokens, or all but one, per prompt in whole blocks of the KV cache. All chat prompts begin with the template, so its blocks may be found too. Conversations and traces repeat their own prefixes, so their share is shown but not compared; a rate that the scenario asks for (`hits:60%`) is compared by `cache-rate`.',
  evidence: 'Hits and lookups, their source, and the share expected from the scenario.',
  usualCauses:
    'An earlier run with the same seed whose prompts are still in the cache; prefix caching that is off where prefixes are shared; a KV cache that is too small to keep them; other clients.',
  whatToDo:
    'For cold prompts, restart the server or start it with `--no-enable-prefix-caching`, and stop other clients. For shared prefixes, start it with prefix caching and enough KV cache.',
  evaluate(record) {
    const { scenario, endpoint } = record
    const seen = hitsOf(record)
    if ('reason' in seen) {
      return endpoint.serving?.prefixCaching === false && scenario.prompt.prefixCache === 'cold'
        ? gateResult('pass', 'the server runs without prefix caching')
        : notMeasured(seen.reason)
    }
    const { hits, queries, preemptions, source } = seen
    const share = queries > 0 ? hits / queries : 0
    const found = `${hits} of ${queries} prompt tokens came from the prefix cache (${percent(share)}, ${source})`
    const { tokens: length, prefixCache, from } = scenario.prompt
    if (length === undefined || from !== undefined) {
      return gateResult('pass', `${found}; prompts of a file share what they share`)
    }
    if (scenario.load.shape === 'trace' || (scenario.load.shape === 'closed' && scenario.load.session)) {
      return gateResult('pass', `${found}; this load repeats its own prefixes`)
    }
    if (askedHitShare(prefixCache) !== null) {
      return gateResult('pass', `${found}; gate cache-rate compares it with ${prefixCache}`)
    }
    const sharedOf = (promptTokens: number) => sharedPromptTokens(prefixCache, promptTokens)
    const meanTokens = meanLength(length)
    const block = endpoint.serving?.kvBlockTokens ?? engineOf(endpoint.engine).usualBlockTokens ?? USUAL_BLOCK_TOKENS
    // vLLM always computes the last token, and serves whole blocks only
    const inBlocks = (tokens: number, promptTokens: number) =>
      Math.floor(Math.min(tokens, promptTokens - 1) / block) * block
    const template = endpoint.chatPrompt?.baseTokens ?? 0
    const tokens = Math.max(queries, 1)
    if (meanLength(length, sharedOf) === 0) {
      const why = preemptions > 0 ? `; ${preemptions} preemptions: a preempted request may find its own blocks` : ''
      // the template before the first word is the same in all chat prompts; how much of it stands there is not known
      const templateTokens = meanLength(length, (promptTokens) => inBlocks(template, promptTokens))
      const stray = Math.max(0, hits - (templateTokens / meanTokens) * queries)
      const head = template > 0 ? `; the chat template of ${template} tokens may be among them` : ''
      const status = isBeyond(strayHits, stray / tokens) ? 'fail' : stray > 0.5 ? 'warn' : 'pass'
      return gateResult(status, `${found}; the scenario requires none${hits > 0 ? head : ''}${why}`)
    }
    // where the template ends a chat prompt, that many tokens fewer are shared
    const perPrompt = meanLength(length, (tokens) => inBlocks(Math.max(sharedOf(tokens), template), tokens))
    const fewest = meanLength(length, (tokens) => {
      const shared = sharedOf(tokens)
      return inBlocks(shared >= tokens ? shared : Math.max(0, shared - template), tokens)
    })
    const expected = perPrompt / meanTokens
    const evidence = `${found}; ${prefixCache} gives ${percent(expected)} in blocks of ${block}`
    const [least, most] = [(fewest / meanTokens) * tokens, expected * tokens]
    const apart = Math.max(least - hits, hits - most, 0) / (Math.max(expected, LEAST_EXPECTED_SHARE) * tokens)
    return gateResult(isBeyond(hitDifference, apart) ? 'fail' : 'pass', evidence)
  },
})
