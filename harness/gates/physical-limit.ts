import type { EmbeddingsRunLimit, ImageRunLimit, TextRunLimit, TrainingRunLimit } from '../physics/limits/subject.ts'
import { runLimit } from '../physics/run-limit.ts'
import { knownOf } from '../record/measured.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { defineGate, everyKind, type GateInput, type GateResult, gateResult, notMeasured } from './gate.ts'
import { failsAbove, failsBelow, isBeyond, percent } from './threshold.ts'

const ofLimit = { value: 1, unit: 'share of the limit' }
const rate = failsAbove({ what: 'output tokens/s, trained tokens/s or texts/s of the fastest trial', ...ofLimit })
const streamRate = failsAbove({ what: 'decode rate per stream (text)', ...ofLimit })
const firstToken = failsBelow({ what: 'shortest median TTFT (text)', ...ofLimit })
const imageTime = failsBelow({ what: 'seconds per image of the fastest trial', ...ofLimit })

/** A result above what the card can do was not measured as described. */
export const physicalLimit = defineGate({
  question: 'Is the result physically possible on this card?',
  kinds: everyKind,
  required: true,
  thresholds: { rate, streamRate, firstToken, imageTime },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    'The limit follows from the memory bandwidth and the arithmetic of the card, and from the bytes and operations that the model needs per token, image, text or step. What the L2 cache can keep is not counted as read. Where an input is uncertain, the limit is the higher one: shortest context, highest clocks of SMs and memory, fastest arithmetic mode, largest batch that the load allows. A cache that skips steps of an image has no bound. Reports and predictions show the same limit.',
  evidence: 'The fastest trial, its share of the limit, and the calculation of the limit.',
  usualCauses:
    'Speculative decoding or a cache of answers that is not reported; a smaller or more quantized model behind the same name; usage that counts wrongly; another card than the one that is named.',
  whatToDo:
    'A result above the limit was not measured as described: look for speculative decoding, answers from a cache, another model or quantization, skipped steps, a wrong token count, or another card.',
  evaluate(record) {
    const limit = runLimit(record)
    if ('reason' in limit) return notMeasured(`no limit: ${limit.reason}`)
    if (record.trials.length === 0) return notMeasured('no trial was run')
    switch (limit.kind) {
      case 'text':
        return tokensWithin(record, limit)
      case 'image':
        return imagesWithin(record, limit)
      case 'embeddings':
        return textsWithin(record, limit)
      case 'training':
        return stepsWithin(record, limit)
    }
  },
})

type Result = GateResult<'pass' | 'fail' | 'not-measured'>
function tokensWithin(record: GateInput, limit: TextRunLimit): Result {
  const trials = trialsOfKind(record.trials, 'text')
  const rates = knownOf(trials.map((trial) => trial.outputTokensPerS))
  if (rates.length === 0) return notMeasured('no trial has a throughput')
  const fastest = Math.max(...rates)
  const stream = Math.max(0, ...knownOf(trials.map((trial) => trial.decodeTokensPerS)))
  const first = Math.min(Number.POSITIVE_INFINITY, ...knownOf(trials.map((trial) => trial.ttftMs.p50)))
  const over = [
    isBeyond(rate, fastest / limit.value) ? `${fastest.toFixed(1)} tokens/s` : null,
    isBeyond(streamRate, stream / limit.streamTokensPerS)
      ? `one stream at ${stream.toFixed(1)} tokens/s (limit ${limit.streamTokensPerS.toFixed(1)})`
      : null,
    isBeyond(firstToken, first / limit.firstTokenMs)
      ? `a first token after ${first.toFixed(1)} ms (limit ${limit.firstTokenMs.toFixed(1)})`
      : null,
  ].filter((text) => text !== null)
  const sum = `${percent(fastest / limit.value)} of the limit: ${fastest.toFixed(1)} tokens/s, ${limit.formula}`
  if (over.length === 0) return gateResult('pass', sum)
  return gateResult(
    'fail',
    `impossible as described: ${over.join(', ')}; ${sum}; possible causes: speculation, a cached prefix, another model, a wrong count or another card`,
  )
}

function imagesWithin(record: GateInput, limit: ImageRunLimit): Result {
  const rates = knownOf(trialsOfKind(record.trials, 'image').map((trial) => trial.image.imagesPerS))
  if (rates.length === 0) return notMeasured('no trial has images/s')
  const fastest = 1 / Math.max(...rates)
  const evidence = `${fastest.toFixed(2)} s per image at best; limit ${limit.formula} (fastest arithmetic of the card, no step skipped)`
  return gateResult(isBeyond(imageTime, fastest / limit.value) ? 'fail' : 'pass', evidence)
}

function textsWithin(record: GateInput, limit: EmbeddingsRunLimit): Result {
  const rates = knownOf(trialsOfKind(record.trials, 'embeddings').map((trial) => trial.texts.textsPerS))
  if (rates.length === 0) return notMeasured('no trial has texts/s')
  const fastest = Math.max(...rates)
  const evidence = `${percent(fastest / limit.value)} of the limit: ${fastest.toFixed(1)} texts/s at best; ${limit.formula}`
  return gateResult(isBeyond(rate, fastest / limit.value) ? 'fail' : 'pass', evidence)
}

/** Compared by trained tokens, because a step of another command may have fewer tokens than the scenario states. */
function stepsWithin(record: GateInput, limit: TrainingRunLimit): Result {
  const rates = knownOf(trialsOfKind(record.trials, 'training').map((trial) => trial.training.trainedTokensPerS))
  if (rates.length === 0) return notMeasured('no trial has tokens/s')
  const fastest = Math.max(...rates)
  const evidence = `${fastest.toFixed(0)} tokens/s at best; limit ${limit.formula}`
  return gateResult(isBeyond(rate, fastest / limit.tokensPerS) ? 'fail' : 'pass', evidence)
}
