import type { Seal } from '../evidence/check-seal.ts'
import { quotability } from '../evidence/refusals.ts'
import { enforcedPowerLimitW } from '../physics/serving-gpus.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { settingText } from '../record/setting/operating-point.ts'
import type { GateRow, GpuRow, MetricRow, RunRow } from './db/tables.ts'

/** The rows of a record, without its files. */
export interface RecordRows {
  readonly run: Omit<RunRow, 'record_sha256' | 'record' | 'bytes' | 'pushed_at'>
  readonly gpus: readonly GpuRow[]
  readonly metrics: readonly MetricRow[]
  readonly gates: readonly GateRow[]
}

/** The rows of a record by its digest: a pure function, so that the rows of a store can be checked against its records. */
export function rowsOf(digest: string, record: RunRecord, seal: Pick<Seal, 'problems' | 'signedBy'>): RecordRows {
  const { scenario, endpoint } = record
  const { quotable, reasons } = quotability(record, seal)
  const model: unknown = 'model' in scenario ? scenario.model : null
  return storable({
    run: {
      digest,
      id: record.id,
      status: record.status,
      source: record.source,
      kind: scenario.kind,
      scenario: scenario.name,
      scenario_sha256: record.scenarioSha256,
      model: typeof model === 'string' ? model : null,
      card: record.card.key ?? record.card.name,
      host: record.host.hostname,
      engine: endpoint.engine,
      engine_version: endpoint.version,
      served_model: endpoint.model,
      power_limit_w: enforcedPowerLimitW(record.gpus),
      setting: settingText(record),
      started_at: new Date(record.startedAt).toISOString(),
      ended_at: record.endedAt === null ? null : new Date(record.endedAt).toISOString(),
      tool_version: record.tool.version,
      quotable,
      reasons: JSON.stringify(reasons),
      redacted: record.redacted === true,
      signed_by: seal.signedBy,
    },
    gpus: record.gpus.map(({ uuid, name, driver, serving }, position) => ({
      digest,
      position,
      uuid,
      name,
      driver,
      serving,
    })),
    metrics: Object.entries(record.result).map(([metric, value]) => ({
      digest,
      metric,
      mean: value.mean,
      low: value.ci95?.[0] ?? null,
      high: value.ci95?.[1] ?? null,
      n: value.n,
      unit: value.unit,
      reason: 'reason' in value ? value.reason : null,
    })),
    gates: record.gates.map(({ id, status, required, evidence }, position) => ({
      digest,
      position,
      gate: id,
      status,
      required,
      evidence,
    })),
  })
}

/** PostgreSQL takes no NUL in a text, and UTF-8 has no half of a character: the rows have U+FFFD in their place. */
const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD')

function storable<Value>(value: Value): Value {
  if (typeof value === 'string') return storableText(value) as Value
  if (Array.isArray(value)) return value.map(storable) as Value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, storable(inner)])) as Value
}

/** run.json as JSON that both databases take: its NULs and halves of characters are U+FFFD, everything else is as it was. */
export const storableJson = (raw: unknown): string =>
  JSON.stringify(raw).replace(/\\(?:(u0000|ud[89a-f][0-9a-f]{2})|.)/g, (written, unfit) =>
    unfit ? '\\ufffd' : written,
  )
