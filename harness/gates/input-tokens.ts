import { trialsOfKind } from '../record/trials-of-kind.ts'
import { defineGate, gateResult, notMeasured, sumOf } from './gate.ts'
import { failsAbove, isBeyond, limitText, relativeDifference } from './threshold.ts'

const countDifference = failsAbove({
  what: 'difference between the input tokens by usage and those of the scenario',
  value: 0.01,
  unit: 'share',
})

/** Texts that were longer, shorter or cut by the server are another load. */
export const inputTokens = defineGate({
  question: 'Did the server read texts as long as the scenario requires?',
  kinds: ['embeddings'],
  required: true,
  thresholds: { countDifference },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    'Input tokens by the usage of the server are compared with the requested number, over all requests that succeeded. Words are counted by the server before the run, special tokens and the query of a reranking included.',
  evidence: 'Input tokens by usage and as requested.',
  usualCauses:
    'A server that cuts texts to the context of the model; a tokenizer with other special tokens; usage that counts texts instead of tokens.',
  whatToDo:
    'A server that cuts long texts to the context of the model reports fewer tokens: shorten `texts.tokens`. One that reports no true usage cannot be measured.',
  evaluate({ trials }) {
    const counted = trialsOfKind(trials, 'embeddings').map(({ texts }) => texts)
    const asked = sumOf(counted, ({ plannedTokens }) => plannedTokens)
    if (asked === 0) return notMeasured(trials.length === 0 ? 'no trial was run' : 'no request succeeded')
    const got = sumOf(counted, ({ usageTokens }) => usageTokens)
    const isOff = isBeyond(countDifference, relativeDifference(got, asked))
    const evidence = `${got} input tokens by usage, ${asked} requested (allowed ± ${limitText(countDifference)})`
    return gateResult(isOff ? 'fail' : 'pass', evidence)
  },
})
