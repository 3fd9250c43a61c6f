import { requireCardKey, scenarioKeysFor } from '../../harness/catalogue/find.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { noConfig } from '../../harness/scenario/config/load-config.ts'
import { sweptName } from '../../harness/scenario/expand.ts'
import { loadScenarios, scenarioOfFlags } from '../../harness/scenario/load-file.ts'
import { GOOD_SHARE } from '../../harness/scenario/load-schema.ts'
import { resolveScenario } from '../../harness/scenario/resolve.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import type { OfferDemand } from '../../harness/size/offer.ts'
import type { SizeInputs } from '../../reports/size/inputs-schema.ts'
import { noSlo, type SizeCase, sessionOf, type TextScenario } from '../../reports/size/size-case.ts'
import { commonTitle, exceptLoad } from '../../reports/tables/alike-loads.ts'
import type { Asked } from '../run/asked.ts'
import { scenarioText } from '../run/scenario-text.ts'
import { askedModel } from '../run/served-model.ts'
import type { CommandIo } from '../support/io.ts'
import { scenarioNames } from '../support/models/scenario-models.ts'

type TextFile = Extract<ScenarioFile, { kind: 'text' }>

/**
 * The case of the inputs. The scenario is the one that is named, the one that model and lengths make, or that of the runs where all have
 * the same. Throws `bad-input`, one line, for what is missing or contradicts itself.
 */
export async function sizeCase(inputs: SizeInputs, runs: readonly RunRecord[], io: CommandIo): Promise<SizeCase> {
  for (const card of Object.keys(inputs.rentGbpPerMonth ?? {})) requireCardKey(card, '--rent')
  const file = await fileOf(inputs, runs, io)
  const slo = inputs.slo === undefined ? file.slo : await sloOf(inputs.slo, file.model, io)
  if (slo === undefined) throw noSlo(file.name)
  const { load } = file
  const plain = { ...file, slo, load: plainLoad(load) }
  const session = sessionOf(plain.load)
  const isOpen = load.shape === 'open' || (load.shape === 'sweep' && load.concurrency === undefined)
  const asked = load.shape === 'sweep' ? load.highestRate?.goodShare : undefined
  return {
    title: file.title,
    scenarioFor: (key) => resolveScenario(plain, scenarioKeysFor(key)) as TextScenario,
    demand: demandOf(inputs, load, session !== null),
    growthMonths: inputs.growthMonths ?? null,
    pauseS: session?.thinkSeconds ?? inputs.thinkSeconds ?? null,
    burstiness: inputs.burstiness ?? (isOpen && load.arrivals === 'gamma' ? load.burstiness : 1),
    goodShare: inputs.goodShare ?? asked ?? GOOD_SHARE,
    rentsGbp: inputs.rentGbpPerMonth ?? {},
    config: io.config ?? noConfig,
  }
}

async function fileOf(inputs: SizeInputs, runs: readonly RunRecord[], io: CommandIo): Promise<TextFile> {
  const { scenario, model } = inputs
  if (scenario !== undefined && model !== undefined)
    throw new JoulemarkError('bad-input', 'scenario and model: give one of them')
  if (scenario !== undefined) {
    const [file, more] = await loadScenarios([scenario], await scenarioNames(io, 'refuse'))
    if (file === undefined || more !== undefined)
      throw new JoulemarkError('bad-input', `--scenario ${scenario}: expected one scenario, not a suite`)
    if (file.kind !== 'text')
      throw new JoulemarkError('bad-input', `--scenario ${scenario}: kind ${file.kind} has no SLO of tokens`)
    return withLengths(file, inputs, io)
  }
  if (model !== undefined) return ofFlags(inputs, io)
  return withLengths(ofRuns(runs), inputs, io)
}

/** A scenario, or that of runs, with the lengths and the cache that are stated besides: they win, and what is not stated stays. */
async function withLengths(file: TextFile, inputs: SizeInputs, io: CommandIo): Promise<TextFile> {
  const { inputTokens, outputTokens, prefixCache } = inputs
  if (inputTokens === undefined && outputTokens === undefined && prefixCache === undefined) return file
  const made = await ofFlags({ ...inputs, model: file.model }, io)
  const prompt = {
    ...(inputTokens === undefined ? file.prompt : made.prompt),
    prefixCache: (prefixCache === undefined ? file : made).prompt.prefixCache,
  }
  return { ...file, prompt, output: outputTokens === undefined ? file.output : made.output }
}

async function ofFlags(
  { model, inputTokens, outputTokens, prefixCache }: SizeInputs,
  io: CommandIo,
): Promise<TextFile> {
  const names = await scenarioNames(io, 'refuse')
  const fields = [
    ['model', '--model', model],
    ['inputTokens', '--input-tokens', inputTokens],
    ['outputTokens', '--output-tokens', outputTokens],
    ['prefixCache', '--prefix-cache', prefixCache],
  ] as const
  const asked: Asked = Object.fromEntries(
    fields.flatMap(([field, flag, value]) => (value === undefined ? [] : [[field, { flag, text: String(value) }]])),
  )
  const made = scenarioText(asked, await askedModel(asked, null))
  const file = await scenarioOfFlags(made.text, made.flagOf, names)
  // the load that a made scenario has is none of this question
  return {
    ...(file as TextFile),
    title: file.title.replace(/, \d+ streams?$/, ''),
    name: file.name.replace(/-c\d+$/, ''),
  }
}

function ofRuns(runs: readonly RunRecord[]): TextFile {
  const ofText = runs.filter(({ scenario }) => scenario.kind === 'text')
  const [first] = ofText
  if (first === undefined)
    throw new JoulemarkError(
      'bad-input',
      'expected --model KEY with --input-tokens and --output-tokens, --scenario NAME, or runs of a sweep',
    )
  const other = ofText.find((run) => exceptLoad(run) !== exceptLoad(first))
  if (other !== undefined)
    throw new JoulemarkError(
      'bad-input',
      `the runs ask for several things (${first.id} and ${other.id} differ): name one with --scenario or --model`,
    )
  return { ...(first.scenario as TextFile), title: commonTitle(ofText), name: sweptName(first.scenario.name) }
}

/** The limits by the reader of `run --slo`; `500ms` is 500. */
async function sloOf(text: string, model: string, io: CommandIo): Promise<TextFile['slo']> {
  const limits = text.replaceAll(/(\d)\s*ms\b/g, '$1')
  const named = { name: model, label: model, from: 'the case' }
  const made = scenarioText({ slo: { flag: '--slo', text: limits } }, named)
  const file = await scenarioOfFlags(made.text, made.flagOf, await scenarioNames(io, 'refuse'))
  return file.kind === 'text' ? file.slo : undefined
}

/** The load of one run: a sweep stands for its points. */
function plainLoad(load: TextFile['load']): TextScenario['load'] {
  if (load.shape !== 'sweep') return load
  return { shape: 'closed', concurrency: 1, rampSeconds: 1, ...(load.session ? { session: load.session } : {}) }
}

function demandOf(inputs: SizeInputs, load: TextFile['load'], isSession: boolean): OfferDemand {
  const { peakFactor = 1, growth = 0, spare = 0 } = inputs
  const shared = { peakFactor, growthShare: growth, spare }
  const { users, requestsPerS, requestsPerUserHour, thinkSeconds } = inputs
  const said = [requestsPerS, requestsPerUserHour, thinkSeconds].filter((value) => value !== undefined)
  const bad = (message: string) => new JoulemarkError('bad-input', message)
  if (said.length > 1) throw bad('requests per user-hour, think time and requests/s exclude each other: give one')
  if (isSession) {
    if (said.length > 0) throw bad('the users of sessions pause as their scenario says: give --users alone')
    const atOnce =
      load.shape === 'closed' ? load.concurrency : load.shape === 'sweep' ? load.concurrency?.at(-1) : undefined
    const all = users ?? atOnce
    if (all === undefined) throw bad('expected --users N')
    return { ...shared, users: all, requestsPerS: null, requestsPerUserHour: null }
  }
  if (users === undefined) {
    const rate = requestsPerS ?? (load.shape === 'open' && said.length === 0 ? load.ratePerS : undefined)
    if (rate === undefined)
      throw bad('expected --users N with --requests-per-user-hour or --think-time, or --requests-per-s N')
    return { ...shared, users: null, requestsPerS: rate, requestsPerUserHour: null }
  }
  if (said.length === 0) throw bad('--users: expected --requests-per-user-hour N or --think-time SECONDS beside it')
  return {
    ...shared,
    users,
    requestsPerS: requestsPerS ?? null,
    requestsPerUserHour: requestsPerUserHour ?? null,
  }
}
