import { servingGpus, servingUuids } from '../../harness/physics/serving-gpus.ts'
import type { AcceptanceVerdict } from '../../harness/record/acceptance-file.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { isOperatingPoint } from '../../harness/record/setting/operating-point.ts'
import { partOf } from './result/evidence.ts'

/** An earlier run, and the verdict on its server; null where `box` has not judged it. */
export interface EarlierRun {
  readonly record: RunRecord
  readonly verdict: AcceptanceVerdict | null
}

/** The earlier runs of one load on one model of card. */
export interface References {
  /** Accepted runs of other GPUs, one list per server: the only ones that a server is compared with. */
  readonly siblings: readonly (readonly RunRecord[])[]
  /** Runs of the same GPUs: shown, and never a reference. */
  readonly own: readonly EarlierRun[]
  /** Why further runs of other GPUs are no reference, with their number. */
  readonly notUsed: readonly string[]
}

/** The references of a run: of the same load, card and edition, power limit, version and flags of the server. */
export function referencesOf(run: RunRecord, earlier: readonly EarlierRun[]): References {
  const sameLoad = earlier.filter(
    ({ record }) => record.id !== run.id && !isOperatingPoint(record) && isSameLoad(record, run),
  )
  const mine = new Set(servingUuids(run.gpus))
  const isOwn = ({ record }: EarlierRun) => servingUuids(record.gpus).some((uuid) => mine.has(uuid))
  const reasons = new Map<string, number>()
  const used: RunRecord[] = []
  for (const other of sameLoad.filter((each) => !isOwn(each))) {
    const reason = whyNoReference(other, run)
    if (reason === null) used.push(other.record)
    else reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  return {
    siblings: [...Map.groupBy(used, ({ gpus }) => servingUuids(gpus).toSorted().join(' ')).values()],
    own: sameLoad.filter(isOwn).toSorted((a, b) => (a.record.startedAt < b.record.startedAt ? -1 : 1)),
    notUsed: [...reasons].map(([reason, count]) => `${count} ${reason}`),
  }
}

/** A card beside others under load is compared with such cards only. */
const isSameLoad = (one: RunRecord, other: RunRecord): boolean =>
  one.source === other.source &&
  one.card.key === other.card.key &&
  one.scenarioSha256 === other.scenarioSha256 &&
  partOf(one) === partOf(other)

/** Why a run of other GPUs is no reference; null for one that is. */
function whyNoReference({ record, verdict }: EarlierRun, run: RunRecord): string | null {
  if (verdict === null) return 'without a verdict'
  if (verdict === 'rejected') return 'of rejected servers'
  if (record.status !== 'complete') return 'not complete'
  if (record.gates.some(({ status }) => status === 'fail')) return 'with a failed gate'
  if (servingUuids(record.gpus).length === 0) return 'without a GPU identity'
  if (limitsOf(record) !== limitsOf(run)) return 'at another power limit or number of GPUs'
  if (record.endpoint.version !== run.endpoint.version) return 'on another version of vLLM'
  if (flagsOf(record) !== flagsOf(run)) return 'with other flags of the server'
  return null
}

/** The power limits of the serving GPUs in whole W, sorted. */
const limitsOf = (run: RunRecord): string =>
  servingGpus(run.gpus)
    .map(({ powerLimitW }) => (powerLimitW === null ? 'unknown' : powerLimitW.toFixed(0)))
    .toSorted()
    .join(' ')

/** Flags that `box` sets as wide as the scenarios of a server need, where that changes nothing for one of them. */
const WIDENED = ['--max-model-len', '--max-num-seqs']

/** The flags that decide how a load is served, without the image, where `box` started the server. */
function flagsOf({ serverStart }: RunRecord): string {
  const flags = (serverStart?.command ?? []).slice(1)
  // a flag that the user added comes again at the end, and counts
  const widened = WIDENED.map((flag) => flags.indexOf(flag)).filter((at) => at >= 0)
  return flags.filter((_, at) => !widened.includes(at) && !widened.includes(at - 1)).join(' ')
}
