import { parse, resolve } from 'node:path'
import { Document, isMap } from 'yaml'
import { nearest } from '../../harness/catalogue/nearest.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import { MAX_TITLE_CHARACTERS } from '../../harness/scenario/schema.ts'
import { counted } from '../../harness/units.ts'
import { askDefaults } from './ask-defaults.ts'
import { type Asked, type Field, type Given, samplingFields } from './asked.ts'
import { askedLengths } from './asked-lengths.ts'
import { typedValue } from './typed-value.ts'

/** The model of a question. */
export interface AskedModel {
  /** Catalogue key, or the name under which it is served. */
  readonly name: string
  /** Name for a title. */
  readonly label: string
  /** Where the name comes from: a flag, or the server. */
  readonly from: string
}

/** A scenario made from flags. */
export interface MadeScenario {
  /** The scenario file, to be read by the reader of scenario files and to be kept. */
  readonly text: string
  /** The flag behind a value of the file; null for one that no flag states. */
  readonly flagOf: (path: readonly PropertyKey[]) => string | null
}

/** `seconds` of a trial where they were worked out from a number of prompts. */
export interface Counted {
  readonly seconds: number
  readonly concurrency?: number
}

/**
 * The scenario file of a question: pure. Values are not checked here but by the reader of scenario files, which takes the
 * text and names the flag of a wrong one (`flagOf`). What is not stated has the defaults of ask-defaults.ts and of the
 * scenario schema. Throws `bad-input` for a sweep or an SLO that is no list.
 */
export function scenarioText(asked: Asked, model: AskedModel, requests: Counted | null = null): MadeScenario {
  const flags = new Map<string, string>([['model', model.from]])
  /** The value of a field, whose flag is remembered for each of these places in the file. */
  const take = (field: Field, ...paths: readonly string[]): string | number | undefined => {
    const given = asked[field]
    if (given === undefined) return undefined
    for (const path of paths) flags.set(path, given.flag)
    return typedValue(given.text)
  }
  const shared = asked.sharedTokens === undefined ? 0 : take('sharedTokens', 'prompt.prefixCache')
  const prefixCache = take('prefixCache', 'prompt.prefixCache') ?? (shared === 0 ? undefined : `shared:${shared}`)
  const spread = asked.rangeRatio
  take('inputTokens', 'prompt.tokens')
  take('outputTokens', 'output.tokens')
  const addedTokens = typeof shared === 'number' ? shared : 0
  const dataset = datasetOf(asked, take)
  const input = askedLengths(asked.inputTokens ?? byDefault(askDefaults.inputTokens), { spread, addedTokens })
  // prompts of a file have their own lengths: a number beside them is refused by the reader of scenario files
  const tokens = dataset === null || asked.inputTokens !== undefined ? input.tokens : undefined
  const output = askedLengths(asked.outputTokens ?? byDefault(askDefaults.outputTokens), { spread })
  const api = take('api', 'api')
  const { load, loadName, loadTitle } = loadOf(asked, take, requests)
  if (requests !== null) take('prompts', 'trial.seconds', 'load.concurrency')
  const trial = {
    seconds: requests?.seconds ?? take('seconds', 'trial.seconds'),
    warmupSeconds: take('warmupSeconds', 'trial.warmupSeconds'),
  }
  const named = [
    dataset === null ? `i${input.inName}` : dataset.name,
    ...(prefixCache === undefined ? [] : [String(prefixCache)]),
    `o${output.inName}`,
    ...(asked.stopAtEos === undefined ? [] : ['eos']),
  ]
  const chat = api === undefined || api === 'completions' ? [] : [String(api)]
  const titleTail = [
    dataset === null ? `${input.inTitle} in` : `prompts of ${dataset.name}`,
    `${output.inTitle} out`,
    ...chat,
    ...loadTitle,
  ].join(', ')
  const sampling = samplingFields.map((field) => [field, take(field, `sampling.${field}`)] as const)
  const file = {
    name: nameOf(model.name, [...chat, ...named].join('-'), loadName.join('-')),
    title: shortened(`${shortened(model.label, MAX_MODEL_CHARACTERS)}, ${titleTail}`, MAX_TITLE_CHARACTERS),
    kind: 'text',
    model: model.name,
    api,
    load,
    prompt: { tokens, from: dataset === null ? undefined : { file: dataset.file }, prefixCache },
    output: {
      tokens: output.tokens,
      ignoreEos: take('stopAtEos', 'output.ignoreEos') === undefined ? undefined : false,
    },
    sampling: sampling.some(([, value]) => value !== undefined) ? Object.fromEntries(sampling) : undefined,
    trial: trial.seconds === undefined && trial.warmupSeconds === undefined ? undefined : trial,
    slo: asked.slo === undefined ? undefined : sloOf(asked.slo.text, asked.slo.flag, flags),
    seed: take('seed', 'seed'),
  }
  return { text: written(file), flagOf: (path) => flagAt(flags, path) }
}

/** The file of prompts, as an absolute path, so that the scenario may be kept in another folder. */
function datasetOf({ dataset }: Asked, take: Take): { readonly file: string; readonly name: string } | null {
  if (dataset === undefined) return null
  take('dataset', 'prompt.from')
  return { file: resolve(dataset.text), name: shortened(parse(dataset.text).name || 'file', 24) }
}

const byDefault = (tokens: number): Given => ({ flag: 'default', text: String(tokens) })

interface LoadPart {
  readonly load: object
  /** Ends of the name and of the title; none for a sweep, whose runs have their own. */
  readonly loadName: readonly string[]
  readonly loadTitle: readonly string[]
}

type Take = (field: Field, ...paths: readonly string[]) => string | number | undefined

function loadOf(asked: Asked, take: Take, requests: Counted | null): LoadPart {
  const arrivals = arrivalsOf(asked, take)
  if (asked.sweep !== undefined) {
    const { of, values } = sweepOf(asked.sweep.text)
    take('sweep', `load.${of}`)
    return {
      load: { shape: 'sweep', [of]: values, ...(of === 'ratePerS' ? arrivals : {}) },
      loadName: [],
      loadTitle: [],
    }
  }
  const ratePerS = take('rate', 'load.ratePerS')
  if (ratePerS !== undefined) {
    const maxInFlight = take('maxConcurrency', 'load.maxInFlight')
    return {
      load: { shape: 'open', ratePerS, ...arrivals, ...(maxInFlight === undefined ? {} : { maxInFlight }) },
      loadName: [`r${ratePerS}`],
      loadTitle: [`${ratePerS} requests/s`],
    }
  }
  const typed = take('concurrency', 'load.concurrency') ?? take('maxConcurrency', 'load.concurrency')
  const concurrency = requests?.concurrency ?? typed ?? askDefaults.concurrency
  return {
    load: { shape: 'closed', concurrency },
    loadName: [`c${concurrency}`],
    loadTitle: [counted(Number(concurrency), 'stream')],
  }
}

/** A burstiness of 1 is a Poisson process, the default of a rate. */
function arrivalsOf(asked: Asked, take: Take): object {
  const burstiness = take('burstiness', 'load.burstiness')
  const isRate = asked.rate !== undefined || /^rates?=/.test(asked.sweep?.text ?? '')
  return burstiness === undefined || burstiness === 1 || !isRate ? {} : { arrivals: 'gamma', burstiness }
}

/** `1,2,4` as concurrencies, `rate=1,2,4` as requests per second. */
function sweepOf(text: string): { readonly of: 'concurrency' | 'ratePerS'; readonly values: readonly unknown[] } {
  const [, head, list = ''] = /^(?:(rates?|concurrency)=)?(.*)$/s.exec(text) ?? []
  const values = list.split(',').map((each) => typedValue(each.trim()))
  if (values.includes('')) {
    throw new JoulemarkError(
      'bad-input',
      `--sweep ${text}: expected numbers separated by commas, such as 1,2,4,8 or rate=0.5,1,2`,
    )
  }
  return { of: head?.startsWith('rate') ? 'ratePerS' : 'concurrency', values }
}

/** The limits of an SLO by their names at the command line, those of `--goodput` included. */
const limitNames = { ttft: 'ttftMs', tpot: 'tpotMs', e2e: 'e2eMs', e2el: 'e2eMs' } as const

/** `ttft=500,tpot=50` in ms, separated by commas or spaces, with `=` or `:`. */
function sloOf(text: string, flag: string, flags: Map<string, string>): object {
  flags.set('slo', flag)
  const limits = text.split(/[\s,]+/).map((part): [string, string | number] => {
    const [, name = part, value = ''] = /^(\w+)[=:](.*)$/.exec(part) ?? []
    const known = Object.entries(limitNames).find(([word, key]) => word === name || key === name)
    if (known === undefined || value === '') {
      const near = nearest(name, Object.keys(limitNames))
      const advice = known !== undefined || near === null ? '' : `; did you mean "${near}"?`
      throw new JoulemarkError(
        'bad-input',
        `${flag} ${text}: expected limits in ms such as ttft=500,tpot=50,e2e=10000, got "${part}"${advice}`,
      )
    }
    return [known[1], typedValue(value)]
  })
  return Object.fromEntries(limits)
}

const MAX_MODEL_CHARACTERS = 48
/** A load at the end of a name, which a sweep adds itself, finds room behind these. */
const MAX_NAME_CHARACTERS = 64

/** The name of a scenario: model, what is asked of it, load. */
function nameOf(model: string, rest: string, load: string): string {
  const slug = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-')
  const last = model.split('/').filter(Boolean).at(-1) ?? model
  const head = slug(last).replace(/^[^a-z0-9]+/, '')
  const name = shortened(`${shortened(head || 'model', MAX_MODEL_CHARACTERS)}-${slug(rest)}`, MAX_NAME_CHARACTERS)
  return load === '' ? name : shortened(`${name}-${slug(load)}`, 80)
}

const shortened = (text: string, most: number): string => text.slice(0, most)

const COMMENT = ` What it stands for: a question asked at the command line.
 What it does not show: real prompts; these are of random tokens.`

/** The file, with maps of a few numbers on one line. */
function written(file: object): string {
  const document = new Document(withoutGaps(file))
  if (document.contents !== null) document.contents.commentBefore = COMMENT
  for (const key of ['prompt', 'output', 'sampling', 'trial', 'slo']) {
    const node = document.get(key, true)
    if (isMap(node)) node.flow = true
  }
  const list = document.getIn(['load', 'concurrency'], true) ?? document.getIn(['load', 'ratePerS'], true)
  if (typeof list === 'object' && list !== null && 'items' in list) Object.assign(list, { flow: true })
  return `${document.toString({ lineWidth: 0 }).trimEnd()}\n`
}

const withoutGaps = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([key, each]) => (each === undefined ? [] : [[key, withoutGaps(each)]])),
      )
    : value

/** The flag of the longest known beginning of a path, with what comes after it there: `--input-tokens max`. */
function flagAt(flags: ReadonlyMap<string, string>, path: readonly PropertyKey[]): string | null {
  for (let length = path.length; length > 0; length -= 1) {
    const flag = flags.get(path.slice(0, length).map(String).join('.'))
    const rest = path.slice(length).filter((key) => typeof key === 'string')
    if (flag !== undefined) return [flag, ...rest].join(' ')
  }
  return null
}
