import { modelByKey } from '../catalogue/models.ts'
import type { Model } from '../catalogue/types.ts'
import { type GateResult, gateResult, notMeasured, type TextGateInput } from './gate.ts'

/** One thing that was compared: `null` status says that the server does not tell. */
interface Compared {
  readonly status: 'pass' | 'warn' | 'fail' | 'not-measured'
  readonly text: string
}

/**
 * Fails when the served model, its quantisation, its context or its KV dtype is not the scenario's. The name that a
 * server gives is what a person typed; where it also tells from where the weights came, that is held against it.
 * What the scenario states and the server does not tell is not measured.
 */
export function endpointModel(record: TextGateInput): GateResult {
  const model = modelByKey(record.scenario.model)
  if (model === null) return notMeasured(`${record.scenario.model} is not in the catalogue`)
  const { server } = record.scenario
  const { serving, maxModelLen } = record.endpoint
  const compared = [
    nameOf(record, model),
    ...(server?.maxModelLen === undefined ? [] : [equal('context', String(server.maxModelLen), maxModelLen)]),
    ...(server?.kvCacheDtype === undefined
      ? []
      : [
          equal(
            'KV cache',
            plainDtype(server.kvCacheDtype),
            serving?.kvCacheDtype ? plainDtype(serving.kvCacheDtype) : null,
          ),
        ]),
    ...(server?.tensorParallel === undefined
      ? []
      : [equal('tensor parallel', String(server.tensorParallel), serving?.tensorParallel ?? null)]),
    ...(server?.quantization === undefined
      ? []
      : [equal('quantization', server.quantization, serving?.quantization ?? null)]),
  ]
  const order = ['fail', 'not-measured', 'warn', 'pass'] as const
  const status = order.find((each) => compared.some((one) => one.status === each)) ?? 'pass'
  return gateResult(status, compared.map((each) => each.text).join('; '))
}

function nameOf(record: TextGateInput, model: Model): Compared {
  const { model: name, modelRoot: root, serving } = record.endpoint
  const needing = model.servedAsWithQuantization?.find((each) => each.name === name || each.name === root)
  if (needing) {
    const quantization = serving?.quantization ?? null
    const text = `${needing.name} is ${model.key} only with --quantization ${needing.quantization}`
    if (quantization === null) return { status: 'not-measured', text: `${text}, and the server does not tell` }
    return { status: quantization === needing.quantization ? 'pass' : 'fail', text: `${text}; it has ${quantization}` }
  }
  const source = root === null ? null : checkpointOf(root)
  if (source?.repository && !model.servedAs.includes(source.name)) {
    return {
      status: 'fail',
      text: `serves ${source.name}, under the name ${name}; ${model.key} is ${model.servedAs.join(' or ')}`,
    }
  }
  if (source !== null && !source.repository && !model.servedAs.some((each) => lastPart(each) === source.name)) {
    const text = `serves as ${name}; its weights come from a folder called ${source.name}, which tells nothing`
    return { status: 'warn', text }
  }
  const known = name !== null && model.servedAs.includes(name)
  return known || source !== null
    ? { status: 'pass', text: `serves ${name}` }
    : { status: 'fail', text: `serves ${name ?? 'no model'}; ${model.key} is ${model.servedAs.join(' or ')}` }
}

/** What a model root means: a repository (`org/name`, also from a Hugging Face cache folder), or just a folder. */
function checkpointOf(root: string): { readonly name: string; readonly repository: boolean } {
  const cached = /models--([^/]+?)--([^/]+)/.exec(root)
  if (cached) return { name: `${cached[1]}/${cached[2]}`, repository: true }
  if (/^[\w-][\w.-]*\/[\w.-]+$/.test(root)) return { name: root, repository: true }
  return { name: lastPart(root), repository: false }
}

const lastPart = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1) ?? path

/** `fp8` is `fp8_e4m3`; dtypes of PyTorch come with their module. */
const plainDtype = (dtype: string): string => (dtype === 'fp8' ? 'fp8_e4m3' : dtype.replace(/^torch\./, ''))

function equal(what: string, wanted: string, got: string | number | null): Compared {
  if (got === null) return { status: 'not-measured', text: `${what}: ${wanted} wanted, and the server does not tell` }
  const same = String(got) === wanted
  return { status: same ? 'pass' : 'fail', text: same ? `${what} ${got}` : `${what}: ${wanted} wanted, it has ${got}` }
}
