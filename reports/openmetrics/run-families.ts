import { appliesTo, gateById } from '../../harness/gates/table.ts'
import { metricKeys } from '../../harness/metrics/catalogue.ts'
import { enforcedPowerLimitW } from '../../harness/physics/serving-gpus.ts'
import type { Gate, RunRecord } from '../../harness/record/schema/run.ts'
import { type Family, type FamilyHead, type Labels, labelValue, type Series } from './exposition.ts'
import { heads } from './heads.ts'
import { exportedMetric } from './names.ts'
import type { RunSet } from './run-sets.ts'

const gateStatuses: readonly Gate['status'][] = ['pass', 'warn', 'fail', 'not-measured']

/** What the newest run of each set says by itself: when, whether it may be quoted, gates, figures with their intervals. */
export function runFamilies(sets: readonly RunSet[]): Family[] {
  const each = (head: FamilyHead, of: (set: RunSet) => readonly Series[]): Family => ({
    ...head,
    series: sets.flatMap(of),
  })
  const one = (head: FamilyHead, of: (run: RunRecord) => number | null): Family =>
    each(head, ({ labels, newest }) => valued(labels, of(newest)))
  return [
    each(heads.runInfo, ({ labels, newest }) => [{ labels: { ...labels, ...infoOf(newest) }, value: 1 }]),
    one(heads.started, ({ startedAt }) => secondsOf(startedAt)),
    one(heads.ended, ({ endedAt }) => (endedAt === null ? null : secondsOf(endedAt))),
    one(heads.quotable, ({ quotable }) => (quotable ? 1 : 0)),
    each(heads.gates, ({ labels, newest }) => {
      const gates = gatesOf(newest)
      return gateStatuses.map((status) => ({
        labels: { ...labels, status },
        value: gates.filter((gate) => gate.status === status).length,
      }))
    }),
    each(heads.gateInfo, ({ labels, newest }) =>
      gatesOf(newest).map(({ id, status, required }) => ({
        labels: { ...labels, gate: labelValue(id), status, required: String(required) },
        value: 1,
      })),
    ),
    one(heads.powerLimit, ({ gpus }) => enforcedPowerLimitW(gpus)),
    ...metricKeys.flatMap((key) => {
      const { mean, low, high, perBase } = exportedMetric(key)
      const based = (value: number | null | undefined) =>
        value === null || value === undefined ? null : value / perBase
      return [
        one(mean, ({ result }) => based(result[key]?.mean)),
        one(low, ({ result }) => based(result[key]?.ci95?.[0])),
        one(high, ({ result }) => based(result[key]?.ci95?.[1])),
      ]
    }),
  ]
}

const valued = (labels: Labels, value: number | null): Series[] => (value === null ? [] : [{ labels, value }])

const secondsOf = (time: string): number => Date.parse(time) / 1000

/** Gates that apply to a run of this kind; those of another version too. */
const gatesOf = ({ gates, scenario }: RunRecord): readonly Gate[] => {
  const seen = new Set<string>()
  return gates.filter(({ id }) => {
    const known = gateById(id)
    return (known === null || appliesTo(known, scenario.kind)) && !seen.has(id) && seen.add(id)
  })
}

function infoOf({ id, status, endpoint, host, scenarioSha256, tool }: RunRecord): Labels {
  return {
    run: labelValue(id),
    status,
    engine: labelValue(endpoint.engine),
    engine_version: labelValue(endpoint.version),
    kernel: labelValue(host.kernel),
    scenario_sha256: labelValue(scenarioSha256),
    tool_version: labelValue(tool.version),
  }
}
