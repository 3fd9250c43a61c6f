/**
 * What kind of source a value has. `derived` values name what they are derived from; `recalled` ones need a better source;
 * `own` ones are the user's, from joulemark.yaml.
 */
export const sourceKinds = ['datasheet', 'measured', 'press', 'derived', 'recalled', 'assumed', 'own'] as const

/** The source of a value. */
export interface Source {
  readonly source: string
  readonly date: string
  readonly kind: (typeof sourceKinds)[number]
}

/** A value with its source. The unit is part of the field name. */
export interface Sourced<T = number> extends Source {
  readonly value: T
}

/** When the values of this catalogue were gathered, unless a value has its own date. */
export const GATHERED = '2026-11-23'

/** Creates values that share one source. */
export const from =
  (source: string, kind: Source['kind'], date = GATHERED) =>
  <T>(value: T): Sourced<T> => ({ value, source, date, kind })

export const adaWhitepaper = from('NVIDIA Ada GPU architecture whitepaper v2.1, appendix A', 'datasheet')
export const blackwellProWhitepaper = from('NVIDIA RTX Blackwell PRO GPU architecture whitepaper, table 1', 'datasheet')
export const pro6000Datasheet = from('NVIDIA RTX PRO 6000 Blackwell Workstation Edition datasheet 3519208', 'datasheet')
export const smiCapture = from('nvidia-smi captures in public repositories', 'measured')
export const cloudrift = from('nvidia-smi captures, github.com/cloudrift-ai/server-benchmark', 'measured')
export const rtx6kpro = from('github.com/voipmonitor/rtx6kpro, hardware notes', 'measured')

/** When the cards of rental servers were added and the recalled values of the others replaced. */
const READ = '2026-11-26'

/** A value of a document by NVIDIA, read in a public quotation of it: the document itself was not available. */
export const quoted = (document: string) => from(`${document}, as quoted in public sources`, 'datasheet', READ)
export const deviceQuery = from('deviceQuery and torch device properties, published outputs', 'measured', READ)
/** Published nvidia-smi outputs, and what they show where the value alone does not say. */
export const smiOutput = (what = '') =>
  from(`nvidia-smi, published outputs${what === '' ? '' : `: ${what}`}`, 'measured', READ)
export const exporterCapture = from('nvidia-smi captures, github.com/utkuozdemir/nvidia_gpu_exporter', 'measured', READ)
export const press = (where: string) => from(where, 'press', READ)
export const assumed = (why: string) => from(why, 'assumed', READ)
export const derived = (how: string) => from(how, 'derived')
