import { imageModelByKey } from '../catalogue/image-models.ts'
import { describedModelOf, modelOf } from '../catalogue/own-models.ts'
import type { DescribedModel } from '../catalogue/types.ts'
import {
  defineGate,
  everyKind,
  type GateInput,
  type GateResult,
  type GateStatus,
  gateResult,
  notMeasured,
  type TextGateInput,
} from './gate.ts'

/** The served model, its quantization, its context or its KV dtype is not the scenario's. */
export const endpointModel = defineGate({
  question: 'Did the server run the model that the scenario names, as the scenario states it?',
  kinds: everyKind,
  required: true,
  beforeTrials: true,
  thresholds: {},
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula:
    'The name of the served model and where its weights came from are compared with the names of the model in the catalogue. For text, the context length, KV cache dtype, tensor parallel size and quantization that the scenario states are also compared. A context that `box` made longer for other scenarios of the same server passes. A setting that the scenario states and the server does not report is not measured. Weights from a folder whose name is not that of the model warn, as does a name that only `--served-as` gives to the model.',
  evidence: 'What the server reports, beside what the scenario requires.',
  usualCauses:
    'Another model, quantization or context length is served than the scenario names, often after an edit of one of the two; or the model is served from a folder, whose name says nothing.',
  whatToDo:
    'Start the server with the model and flags of the scenario (`joulemark serve SCENARIO --print` prints them), or correct the scenario. After a warning, serve the model from its repository, so that the server reports its name.',
  evaluate: (record) => (isText(record) ? servedModel(record) : modelOfJob(record)),
})

/** Why the model of a server that was never reached is not measured. */
export const NO_MODEL = 'the server reported no model'

const isText = (record: GateInput): record is TextGateInput => record.scenario.kind === 'text'

/** One comparison. */
type Compared = GateResult

/**
 * The served name is chosen by the operator, so the source of the weights is compared too if the server reports it. A
 * setting that the scenario states and the server does not report is not measured.
 */
function servedModel(record: TextGateInput): GateResult {
  const model = describedModelOf(record)
  if (model === null) return notMeasured(`${record.scenario.model} is not in the catalogue`)
  const { server } = record.scenario
  const { serving } = record.endpoint
  const kvCacheDtype = serving?.kvCacheDtype ? plainDtype(serving.kvCacheDtype) : null
  const compared = [
    nameOf(record, model),
    ...(server?.maxModelLen === undefined ? [] : [context(server.maxModelLen, record)]),
    ...(server?.kvCacheDtype === undefined ? [] : [equal('KV cache', plainDtype(server.kvCacheDtype), kvCacheDtype)]),
    ...(server?.tensorParallel === undefined
      ? []
      : [equal('tensor parallel', String(server.tensorParallel), serving?.tensorParallel ?? null)]),
    ...(server?.quantization === undefined
      ? []
      : [equal('quantization', server.quantization, serving?.quantization ?? null)]),
  ]
  const order: readonly GateStatus[] = ['fail', 'not-measured', 'warn', 'pass']
  const status = order.find((each) => compared.some((one) => one.status === each)) ?? 'pass'
  return gateResult(status, compared.map((each) => each.evidence).join('; '))
}

function nameOf(record: TextGateInput, model: DescribedModel): Compared {
  const { model: name, modelRoot: root, serving } = record.endpoint
  const needing = (model.kind === 'text' ? model.servedAsWithQuantization : undefined)?.find(
    (each) => each.name === name || each.name === root,
  )
  if (needing) {
    const quantization = serving?.quantization ?? null
    const text = `${needing.name} is ${model.key} only with --quantization ${needing.quantization}`
    if (quantization === null) return notMeasured(`${text}, which the server does not report`)
    return gateResult(quantization === needing.quantization ? 'pass' : 'fail', `${text}; it has ${quantization}`)
  }
  if (name === null) return notMeasured(NO_MODEL)
  const source = root === null ? null : checkpointOf(root)
  const expected = `${model.key} is ${model.servedAs.join(' or ')}`
  if (source?.repository && !model.servedAs.includes(source.name)) {
    return gateResult('fail', `serves ${source.name}, under the name ${name}; ${expected}`)
  }
  if (source !== null && !source.repository && !model.servedAs.some((each) => lastPart(each) === source.name)) {
    return gateResult(
      'warn',
      `serves as ${name}; its weights come from a folder called ${source.name}, which does not show the model`,
    )
  }
  const isKnown = model.servedAs.includes(name)
  if (isKnown || source !== null) return gateResult('pass', `serves ${name}`)
  if (name === record.endpoint.servedAs) return onlyClaimed(name, model.key)
  return gateResult('fail', `serves ${name}; ${expected}`)
}

/** A name that the user gave for the model, and nothing that the server reports shows the model. */
const onlyClaimed = (name: string, key: string): GateResult<'warn'> =>
  gateResult('warn', `serves ${name}, which is ${key} by --served-as; nothing that the server reports shows it`)

/** The source of a model root: a repository (`org/name`, also from a Hugging Face cache folder), or a folder. */
function checkpointOf(root: string): { readonly name: string; readonly repository: boolean } {
  const cached = /models--([^/]+?)--([^/]+)/.exec(root)
  if (cached) return { name: `${cached[1]}/${cached[2]}`, repository: true }
  if (/^[\w-][\w.-]*\/[\w.-]+$/.test(root)) return { name: root, repository: true }
  return { name: lastPart(root), repository: false }
}

const lastPart = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1) ?? path

/** `fp8` means `fp8_e4m3`; dtypes of PyTorch have their module as a prefix. */
const plainDtype = (dtype: string): string => (dtype === 'fp8' ? 'fp8_e4m3' : dtype.replace(/^torch\./, ''))

/**
 * A longer context than the scenario states is its own only where joulemark started the server with it, because it serves
 * scenarios of several lengths and the longer context changes nothing for the shorter ones (harness/box/plan/servers.ts).
 */
function context(required: number, { endpoint, serverStart }: TextGateInput): Compared {
  const { maxModelLen } = endpoint
  const command = serverStart?.command ?? []
  const started = Number(command[command.indexOf('--max-model-len') + 1])
  if (maxModelLen === null || maxModelLen <= required || maxModelLen !== started) {
    return equal('context', String(required), maxModelLen)
  }
  return gateResult('pass', `context ${maxModelLen}, ${required} required: the server serves longer scenarios too`)
}

function equal(what: string, required: string, got: string | number | null): Compared {
  if (got === null) return notMeasured(`${what}: ${required} required, not reported by the server`)
  return String(got) === required
    ? gateResult('pass', `${what} ${got}`)
    : gateResult('fail', `${what}: ${required} required, it has ${got}`)
}

/** Images and embeddings: the model that the server reports. Training: the model that the command reports, if it reports one. */
function modelOfJob(record: GateInput): GateResult {
  const { scenario, endpoint, training } = record
  const model = scenario.kind === 'image' ? imageModelByKey(scenario.model) : modelOf(record)
  // a model of embeddings may be given by the name under which it is served
  const names = model?.servedAs ?? (scenario.kind === 'embeddings' ? [scenario.model] : [])
  const isServed = scenario.kind !== 'training'
  const reported = isServed ? [endpoint.model, endpoint.modelRoot] : [training?.config['model']]
  const given = reported.filter((name) => typeof name === 'string')
  if (given.length === 0) return notMeasured('neither the server nor the command reports the model')
  const evidence = `${given.join(', ')}; the names of ${scenario.model} are ${names.join(', ') || 'not known'}`
  const isKnown = given.some((name) => names.includes(name))
  const showsAnother = endpoint.modelRoot !== null && checkpointOf(endpoint.modelRoot).repository
  if (!isKnown && endpoint.model !== null && endpoint.model === endpoint.servedAs && !showsAnother) {
    return onlyClaimed(endpoint.model, scenario.model)
  }
  return gateResult(isKnown ? 'pass' : 'fail', evidence)
}
