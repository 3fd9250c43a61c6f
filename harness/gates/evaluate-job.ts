import { imageModelByKey } from '../catalogue/image-models.ts'
import { modelByKey } from '../catalogue/models.ts'
import type { Gate } from '../record/schema/run.ts'
import { cardGates } from './evaluate-card.ts'
import { type GateInput, type GateResult, gateResult, notMeasured } from './gate.ts'
import { physicalLimit } from './physical-limit.ts'
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
    'physical-limit': physicalLimit(record),
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
