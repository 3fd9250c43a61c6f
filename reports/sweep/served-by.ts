import { servingGpus, servingUuids } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { settingText } from '../../harness/record/setting/operating-point.ts'
import { counted } from '../../harness/units.ts'
import { gpusOf } from '../comparison/card-money.ts'

/** One thing that makes loads of one card loads of different servers. */
interface Part {
  /** Equal for loads that may be joined. */
  readonly key: (run: RunRecord) => string
  /** In words, for a line beside another one. */
  readonly text: (run: RunRecord) => string
}

const plain = (text: (run: RunRecord) => string): Part => ({ key: text, text })

/** What a customer tells servers apart by. */
const parts: readonly Part[] = [
  { key: ({ source }) => source, text: ({ source }) => (source === 'simulated' ? 'SIMULATED' : 'live') },
  plain((run) => counted(gpusOf(run), 'GPU')),
  plain((run) => engineOf(run) ?? 'unknown engine version'),
  plain(limitText),
  plain(({ endpoint }) => endpoint.modelRoot ?? 'unknown model files'),
]

/** The cards by UUID; the host where no GPU was read. A container has another host name each time. */
const cardsOf = ({ gpus, host }: RunRecord): readonly string[] => {
  const uuids = servingUuids(gpus)
  return uuids.length > 0 ? uuids : [host.hostname]
}

/** Named only where nothing else tells two lines apart. */
const machine: readonly Part['text'][] = [
  ({ host }) => host.hostname,
  (run) =>
    cardsOf(run)
      .map((uuid) => uuid.slice(0, 12))
      .join('+'),
]

/** Engine and version of a run; null where the server did not say its version. */
const engineOf = ({ endpoint: { engine, version } }: RunRecord): string | null =>
  version === null ? null : `${engine ?? 'engine'} ${version}`

/**
 * Equal for runs whose loads are points of one line: the same source (live or simulated), cards, engine, model files, limits
 * and clock.
 */
export const servedBy = (run: RunRecord): string =>
  JSON.stringify([...parts.map(({ key }) => key(run)), ...cardsOf(run)])

/** For one run of each line of one card: what tells it from the other lines. Nothing for one line. */
export function toldApart(runs: readonly RunRecord[]): string[][] {
  const differing = parts.filter(({ key }) => new Set(runs.map(key)).size > 1)
  let named = runs.map((run) => differing.map(({ text }) => text(run)))
  for (const text of machine) {
    if (new Set(named.map((each) => JSON.stringify(each))).size === runs.length) break
    named = named.map((each, at) => [...each, text(runs[at]!)])
  }
  return named
}

/** The limit that was set, or the one that was found. */
function limitText(run: RunRecord): string {
  const each = servingGpus(run.gpus).map(({ powerLimitW }) => String(powerLimitW ?? 'unknown'))
  const limits = [...new Set(each)].toSorted().join('/')
  const set = settingText(run)
  if (set === null) return `found at ${limits} W`
  return set.startsWith(`${limits} W`) ? set : `${set}, enforced ${limits} W`
}
