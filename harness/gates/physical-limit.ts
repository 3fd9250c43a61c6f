import { type ImageRunLimit, runLimit, type TextRunLimit, type TrainingRunLimit } from '../physics/run-limit.ts'
import { type GateInput, type GateResult, gateResult, notMeasured, percent } from './gate.ts'

/**
 * Fails when a trial was faster than the card can be (metrics section 8): the limit of `physics/run-limit.ts`, which
 * gives every doubt to the run. For text that is more tokens/s than the largest batch can make, one stream faster than
 * a step that reads all weights, or a first token sooner than the arithmetic of its prompt.
 */
export function physicalLimit(record: GateInput): GateResult {
  const limit = runLimit(record)
  if ('reason' in limit) return notMeasured(`no limit: ${limit.reason}`)
  if (record.trials.length === 0) return notMeasured('no trial was run')
  switch (limit.kind) {
    case 'text':
      return tokensWithin(record, limit)
    case 'image':
      return imagesWithin(record, limit)
    case 'training':
      return stepsWithin(record, limit)
  }
}

type Trial = GateInput['trials'][number]

const known = (record: GateInput, of: (trial: Trial) => number | null): number[] =>
  record.trials.map(of).filter((value) => value !== null)

function tokensWithin(record: GateInput, limit: TextRunLimit): GateResult {
  const rates = known(record, (trial) => trial.outputTokensPerS)
  if (rates.length === 0) return notMeasured('no trial has a throughput')
  const rate = Math.max(...rates)
  const stream = Math.max(0, ...known(record, (trial) => trial.decodeTokensPerS))
  const first = Math.min(Number.POSITIVE_INFINITY, ...known(record, (trial) => trial.ttftMs.p50))
  const over = [
    rate > limit.value ? `${rate.toFixed(1)} tokens/s` : null,
    stream > limit.streamTokensPerS
      ? `one stream at ${stream.toFixed(1)} tokens/s (limit ${limit.streamTokensPerS.toFixed(1)})`
      : null,
    first < limit.firstTokenMs
      ? `a first token after ${first.toFixed(1)} ms (limit ${limit.firstTokenMs.toFixed(1)})`
      : null,
  ].filter((text) => text !== null)
  const sum = `${percent(rate / limit.value)} of the limit: ${rate.toFixed(1)} tokens/s, ${limit.formula}`
  if (over.length === 0) return gateResult('pass', sum)
  return gateResult(
    'fail',
    `impossible as described: ${over.join(', ')}; ${sum}; speculation, a cached prefix, another model, a wrong count or another card would explain it`,
  )
}

function imagesWithin(record: GateInput, limit: ImageRunLimit): GateResult {
  const rates = known(record, (trial) => trial.image?.imagesPerS ?? null)
  if (rates.length === 0) return notMeasured('no trial has images/s')
  const fastest = 1 / Math.max(...rates)
  const evidence = `${fastest.toFixed(2)} s an image at best; limit ${limit.formula} (16 bits, no step left out)`
  return gateResult(fastest < limit.value ? 'fail' : 'pass', evidence)
}

/** Judged by trained tokens: a step of another command may hold fewer of them than the scenario says. */
function stepsWithin(record: GateInput, limit: TrainingRunLimit): GateResult {
  const rates = known(record, (trial) => trial.training?.trainedTokensPerS ?? null)
  if (rates.length === 0) return notMeasured('no trial has tokens/s')
  const fastest = Math.max(...rates)
  const evidence = `${fastest.toFixed(0)} tokens/s at best; limit ${limit.formula}`
  return gateResult(fastest > limit.tokensPerS ? 'fail' : 'pass', evidence)
}
