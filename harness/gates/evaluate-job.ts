import { cardByKey } from '../catalogue/cards.ts'
import { imageModelByKey } from '../catalogue/image-models.ts'
import { modelByKey } from '../catalogue/models.ts'
import type { Card } from '../catalogue/types.ts'
import { imageLimit } from '../physics/image.ts'
import { servingGpus } from '../physics/serving-gpus.ts'
import { trainingLimit } from '../physics/training.ts'
import type { Gate } from '../record/schema/run.ts'
import { cardGates } from './evaluate-card.ts'
import { type GateInput, type GateResult, gateResult, notMeasured } from './gate.ts'
import { clientHeadroom, errorRate, type GateId, gatesFrom, liveSource, precision, steadyState } from './run.ts'

/** Gates about tokens and prompts: images and training have none, so that they are asked of nobody. */
const tokenGates: ReadonlySet<string> = new Set<GateId>(['token-audit', 'prompt-shape', 'cache-clean', 'speculation'])

/** All gates of a run of images or training: those that mean the same as for text, and limits of its own. */
export function evaluateJobGates(record: GateInput): Gate[] {
  const none = notMeasured(`a run of kind ${record.scenario.kind} streams no tokens`)
  const verdicts: Partial<Record<GateId, GateResult>> = {
    'live-source': liveSource(record),
    'endpoint-model': modelSaid(record),
    'client-headroom': clientHeadroom(record),
    'error-rate': errorRate(record),
    'token-audit': none,
    'prompt-shape': none,
    'cache-clean': none,
    speculation: none,
    'steady-state': steadyState(record),
    precision: precision(record),
    'physical-limit': limitKept(record),
    ...cardGates(record),
  }
  return gatesFrom(verdicts).map((gate) => (tokenGates.has(gate.id) ? { ...gate, required: false } : gate))
}

/** Fails when the server or the command names another model than the scenario; a command that names none is not judged. */
function modelSaid(record: GateInput): GateResult {
  const { scenario, endpoint } = record
  const model = scenario.kind === 'image' ? imageModelByKey(scenario.model) : modelByKey(scenario.model)
  const names = model?.servedAs ?? []
  const told = scenario.kind === 'image' ? [endpoint.model, endpoint.modelRoot] : [record.training?.config['model']]
  const said = told.filter((name) => typeof name === 'string')
  if (said.length === 0) return notMeasured('nobody says which model it is')
  const evidence = `${said.join(', ')}; ${scenario.model} goes by ${names.join(', ') || 'no name that is known'}`
  return gateResult(said.some((name) => names.includes(name)) ? 'pass' : 'fail', evidence)
}

/** Fails when images were made, or tokens trained, faster than the arithmetic of the card allows. */
function limitKept(record: GateInput): GateResult {
  const { scenario, trials } = record
  const card = record.card.key === null ? null : cardByKey(record.card.key)
  if (card === null) return notMeasured(`no limit without a card: ${record.card.reason ?? 'unknown card'}`)
  if (trials.length === 0) return notMeasured('no trial was run')
  const serving = servingGpus(record.gpus)
  const gpus = Math.max(1, serving.length)
  const clockGhz = Math.max(0, ...serving.map((gpu) => gpu.maxSmClockMHz ?? 0)) / 1000
  return scenario.kind === 'image'
    ? imagesKept(record, card, gpus, clockGhz)
    : trainingKept(record, card, gpus, clockGhz)
}

function imagesKept(record: GateInput, card: Card, gpus: number, clockGhz: number): GateResult {
  const { scenario } = record
  const model = scenario.kind === 'image' ? imageModelByKey(scenario.model) : null
  if (scenario.kind !== 'image' || model === null) return notMeasured(`${scenario.model} is not in the catalogue`)
  const limit = imageLimit(card, model, scenario.image, gpus, clockGhz)
  if ('reason' in limit) return notMeasured(limit.reason)
  const rates = record.trials.map((trial) => trial.image?.imagesPerS ?? null).filter((rate) => rate !== null)
  if (rates.length === 0) return notMeasured('no trial has images/s')
  const fastest = 1 / Math.max(...rates)
  const evidence = `${fastest.toFixed(2)} s an image at best; limit ${limit.formula} (16 bits, no step left out)`
  return gateResult(fastest < limit.secondsPerImage ? 'fail' : 'pass', evidence)
}

function trainingKept(record: GateInput, card: Card, gpus: number, clockGhz: number): GateResult {
  const { scenario } = record
  const model = modelByKey(scenario.model)
  if (scenario.kind !== 'training' || model === null) return notMeasured(`${scenario.model} is not in the catalogue`)
  const limit = trainingLimit(card, model, scenario.training.gradientCheckpointing, gpus, clockGhz)
  const rates = record.trials.map((trial) => trial.training?.trainedTokensPerS ?? null).filter((rate) => rate !== null)
  if (rates.length === 0) return notMeasured('no trial has tokens/s')
  const fastest = Math.max(...rates)
  const evidence = `${fastest.toFixed(0)} tokens/s at best; limit ${limit.formula}`
  return gateResult(fastest > limit.tokensPerS ? 'fail' : 'pass', evidence)
}
