import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import { engineCard } from '../../harness/catalogue/own/known.ts'
import { quotability } from '../../harness/evidence/refusals.ts'
import { chunkTokens } from '../../harness/physics/closed-loop.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { statedCachedTokens } from '../../harness/scenario/load-shape.ts'
import { meanLength } from '../../harness/scenario/prompt/length.ts'
import { type Capacity, capacityOf } from '../../harness/size/capacity.ts'
import type { ServerLimits } from '../../harness/size/fit-server.ts'
import { measuredHighest } from '../../harness/size/measured-sessions.ts'
import { pooledLoads } from '../../harness/size/pooled-loads.ts'
import { counted } from '../../harness/units.ts'
import { gpusOf } from '../comparison/card-money.ts'
import { measuredOf } from '../tables/figure-cell.ts'
import type { Basis, CardAnswer } from './answer-types.ts'
import { DEFAULT_PLACES, expectedLoads } from './expected.ts'
import { closedLoads, judgedLoads, type MeasuredLine } from './measured-lines.ts'
import { askedLoadOf, type SizeCase, sessionOf, type TextScenario } from './size-case.ts'

/** What runs say of one card; the rest of an answer is the same however it was got. */
export type Found = Pick<
  CardAnswer,
  'basis' | 'from' | 'server' | 'limitedBy' | 'inFlight' | 'notes' | 'gpus' | 'simulated' | 'runs' | 'whyNotQuotable'
> & { readonly loadW: number | null }

/** Loads that a server is fitted to at least: one alone says nothing of how a step grows. */
const FEWEST_LOADS = 2
/** Throughputs that the fitted server misses by more than this make its figure one that cannot be quoted. */
const MOST_FIT_ERROR = 0.1

/**
 * The answer from measured runs of a card: what was measured at the very load, else a server fitted to the loads of the same lengths,
 * else one of other lengths, scaled. Null where no run is of this model and load.
 */
export function measuredAnswer(lines: readonly MeasuredLine[], card: CardEntry | null, asked: SizeCase): Found | null {
  const scenario = asked.scenarioFor(lines[0]?.cardKey ?? '')
  const ofModel = lines.filter((line) => line.scenario.model === scenario.model)
  const alike = ofModel.filter((line) => isAlike(line.scenario, scenario))
  const isSessions = sessionOf(scenario.load) !== null
  const direct = alike
    .filter(({ kind }) => kind === (isSessions ? 'sessions' : 'open'))
    .filter((line) => isSessions || (asked.pauseS === null && burstinessOf(line.scenario) === asked.burstiness))
    .filter((line) => JSON.stringify(line.scenario.slo) === JSON.stringify(scenario.slo))
    .map((line) => directAnswer(line, asked))
    .find((found) => found !== null)
  if (direct) return direct
  if (isSessions) return null
  const fitted = alike.find((line) => line.kind === 'closed' && closedLoads(line, 0).length >= FEWEST_LOADS)
  if (fitted !== undefined) return fittedAnswer(fitted, card, asked, 'interpolated')
  const other = ofModel.find((line) => line.kind === 'closed' && closedLoads(line, 0).length >= FEWEST_LOADS)
  return other === undefined || card === null ? null : fittedAnswer(other, card, asked, 'extrapolated')
}

/** Why no run of a card could be used for a question. */
export function whyUnused(lines: readonly MeasuredLine[], scenario: TextScenario): string {
  const ofModel = lines.filter((line) => line.scenario.model === scenario.model && line.kind === 'closed')
  const most = Math.max(0, ...ofModel.map((line) => closedLoads(line, 0).length))
  if (ofModel.length === 0 || most >= FEWEST_LOADS || sessionOf(scenario.load) !== null)
    return 'its runs are of another model, load or SLO, and were not used'
  return `its runs have ${counted(most, 'usable load')}, and a server is fitted to at least ${FEWEST_LOADS}: measure more (joulemark sweep)`
}

/** Whether runs asked for the same model, lengths and cache, and for the same sessions. */
const isAlike = (one: TextScenario, other: TextScenario): boolean => askKey(one) === askKey(other)
const askKey = ({ model, prompt, output, load }: TextScenario): string =>
  JSON.stringify([model, prompt.tokens, prompt.prefixCache, output.tokens, sessionOf(load)])

const burstinessOf = ({ load }: TextScenario): number =>
  load.shape === 'open' && load.arrivals === 'gamma' ? load.burstiness : 1

function directAnswer(line: MeasuredLine, asked: SizeCase): Found | null {
  const highest = measuredHighest(judgedLoads(line), asked.goodShare)
  if (highest === null || line.runs.length === 0) return null
  const { isBounded, ...server } = highest
  const what = line.kind === 'open' ? 'rates' : 'numbers of sessions'
  const at = line.runs.findLast((run) => loadText(run) <= highest.value) ?? line.runs[0]!
  return {
    ...shared(line, at),
    basis: 'measured',
    from: `${counted(line.runs.length, 'run')} at ${what} ${line.runs.map(loadText).join(', ')}`,
    server,
    limitedBy: isBounded ? null : { what: 'not-measured' },
    inFlight: null,
    notes: isBounded ? [] : ['no higher load was measured: it may take more'],
    whyNotQuotable: whyNot(line.runs),
  }
}

function loadText({ scenario }: RunRecord): number {
  const { load } = scenario as TextScenario
  return load.shape === 'closed' ? load.concurrency : load.shape === 'open' ? load.ratePerS : 0
}

function fittedAnswer(
  line: MeasuredLine,
  card: CardEntry | null,
  asked: SizeCase,
  basis: Extract<Basis, 'interpolated' | 'extrapolated'>,
): Found | null {
  const scenario = asked.scenarioFor(line.cardKey)
  const cached = (of: TextScenario) =>
    of.prompt.tokens === undefined ? 0 : statedCachedTokens(of.prompt.prefixCache, meanLength(of.prompt.tokens))
  const measured = pooledLoads(closedLoads(line, cached(line.scenario)))
  const loads = basis === 'interpolated' ? measured : scaled(measured, { from: line.scenario, to: scenario, card })
  if (loads === null) return null
  const capacity = capacityOf(loads, { limits: limitsOf(line, card), asked: askedLoadOf(asked, scenario) })
  const at = line.runs.findLast((run) => loadText(run) <= capacity.inFlight.mean) ?? line.runs[0]!
  const levels = loads.map(({ concurrency }) => concurrency).join(', ')
  return {
    ...shared(line, at),
    basis,
    from:
      basis === 'interpolated'
        ? `a server fitted to ${counted(loads.length, 'measured load')}: ${levels} in flight`
        : `a server fitted to measured loads of other lengths (${levels} in flight), scaled by what is expected of both`,
    server: { value: capacity.value, ci95: capacity.ci95, conservative: capacity.conservative },
    limitedBy: capacity.limitedBy,
    inFlight: capacity.inFlight.mean,
    notes: notesOf(capacity),
    whyNotQuotable:
      basis === 'extrapolated'
        ? 'the lengths were not measured'
        : capacity.fitError > MOST_FIT_ERROR
          ? `the fitted server misses a measured throughput by ${(capacity.fitError * 100).toFixed(0)} %`
          : whyNot(line.runs),
  }
}

function notesOf({ ci95, beyondMeasured, limitedBy, fitError }: Capacity): string[] {
  return [
    ...(ci95 === null ? ['one trial per load shows no spread: 15 % are taken off instead'] : []),
    ...(beyondMeasured
      ? ['more requests are in the server than at any measured load; no more throughput is assumed there']
      : []),
    ...(limitedBy.what === 'not-measured' ? ['no higher load was measured: it may take more'] : []),
    ...(fitError > MOST_FIT_ERROR ? ['the measured loads do not follow one server: measure them again'] : []),
  ]
}

const shared = (line: MeasuredLine, at: RunRecord) => {
  const power = measuredOf(at, 'meanPowerW')
  return {
    gpus: gpusOf(line.runs[0]!),
    simulated: line.runs.some(({ source }) => source === 'simulated'),
    runs: line.runs.map(({ id }) => id),
    loadW: 'value' in power ? power.value.value : null,
  }
}

function whyNot(runs: readonly RunRecord[]): string | null {
  const simulated = runs.some(({ source }) => source === 'simulated')
  if (simulated) return 'SIMULATED: no figure of the simulator is one of a card'
  const [reason] = runs.flatMap((run) => quotability(run).reasons.map((why) => `${run.id}: ${why}`))
  return reason ?? null
}

/** What the server says of itself, else the defaults of vLLM. */
function limitsOf({ runs, scenario }: MeasuredLine, card: CardEntry | null): ServerLimits {
  const [first] = runs
  const serving = first?.endpoint.serving
  const known = card === null ? null : engineCard(card)
  return {
    kvTokens: serving?.kvCapacityTokens ?? null,
    mostRunning: serving?.parallelRequests ?? scenario.server?.maxNumSeqs ?? DEFAULT_PLACES,
    stepTokens: known === null || 'reason' in known ? LEAST_STEP_TOKENS : chunkTokens(known),
  }
}

/** vLLM's default of `--max-num-batched-tokens` on smaller cards. */
const LEAST_STEP_TOKENS = 2048

/** Measured loads as they would be with other lengths: times what is expected of those / what is expected of the measured ones. */
function scaled(
  loads: ReturnType<typeof pooledLoads>,
  { from, to, card }: { readonly from: TextScenario; readonly to: TextScenario; readonly card: CardEntry | null },
): ReturnType<typeof pooledLoads> | null {
  if (card === null) return null
  const [before, after] = [expectedLoads(from, card), expectedLoads(to, card)]
  if ('reason' in before || 'reason' in after) return null
  return loads.flatMap((load) => {
    const one = before.loads.findLast(({ concurrency }) => concurrency <= load.concurrency)
    const other = after.loads.findLast(({ concurrency }) => concurrency <= load.concurrency)
    if (one === undefined || other === undefined || one.concurrency !== other.concurrency) return []
    const times = (spread: typeof load.ttftMs, ratio: number) => ({
      mean: spread.mean * ratio,
      ci95: spread.ci95 === null ? null : ([spread.ci95[0] * ratio, spread.ci95[1] * ratio] as const),
    })
    return [
      {
        concurrency: load.concurrency,
        outputTokensPerS: times(load.outputTokensPerS, other.outputTokensPerS.mean / one.outputTokensPerS.mean),
        ttftMs: times(load.ttftMs, other.ttftMs.mean / one.ttftMs.mean),
        promptTokens: other.promptTokens,
      },
    ]
  })
}
