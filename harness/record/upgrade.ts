import { missing } from './measured.ts'

type Json = Readonly<Record<string, unknown>>

/** Percentiles of a trial in schema 1, each with its field of the number of samples. */
const percentiles = ['ttftMs', 'ttftFirstChunkMs', 'ttftFromScheduleMs', 'tpotMs', 'chunkGapMs', 'e2eMs'] as const
/** Fields of a trial in schema 1 that were null with a reason in a separate map, by kind of run. */
const shared = ['windowStartMs', 'windowEndMs', 'errorRate', 'energyJ', 'meanPowerW', 'p99PowerW', 'peakPowerW']
const measuredFields: Readonly<Record<string, readonly string[]>> = {
  text: [
    ...shared,
    'peakMemoryMiB',
    'promptTokens',
    'outputTokens',
    'outputTokensPerS',
    'wholeTrialOutputTokensPerS',
    'decodeTokensPerS',
    'tokensPerJ',
    'joulesPerOutputToken',
    'joulesPerRequest',
    'goodputRequestsPerS',
    'sloShare',
  ],
  image: [...shared, 'peakMemoryMiB', 'joulesPerRequest', 'goodputRequestsPerS'],
  training: [...shared, 'peakMemoryMiB'],
}
/** Fields of a trial that stay unchanged, by kind of run. */
const sharedPlain = [
  'index',
  'startMs',
  'sendUntilMs',
  'endMs',
  'requests',
  'requestsOk',
  'outcomes',
  'energy',
  'client',
  'gpuRows',
] as const
const plainFields: Readonly<Record<string, readonly string[]>> = {
  text: sharedPlain,
  image: sharedPlain,
  training: sharedPlain,
}
const latencies: Readonly<Record<string, readonly string[]>> = { text: percentiles, image: ['e2eMs'], training: [] }

/**
 * Converts a record of schema 1 to schema 2, before it is checked against the schema: a trial has its kind and only the
 * fields of that kind, and a missing value holds its reason. Numbers are unchanged, so that they verify. Other values are
 * returned as they are.
 */
export function upgraded(json: unknown): unknown {
  if (!isObject(json) || json['schemaVersion'] !== 1) return json
  const kind = isObject(json['scenario']) ? String(json['scenario']['kind']) : 'text'
  const trials = Array.isArray(json['trials']) ? json['trials'] : []
  const result = isObject(json['result']) ? json['result'] : {}
  return {
    ...json,
    schemaVersion: 2,
    trials: trials.map((trial) => (isObject(trial) ? upgradedTrial(trial, kind) : trial)),
    ...(isObject(json['telemetry']) ? { telemetry: upgradedTelemetry(json['telemetry']) } : {}),
    result: Object.fromEntries(Object.entries(result).map(([key, metric]) => [key, upgradedResult(metric)])),
  }
}

function upgradedTelemetry(telemetry: Json): Json {
  const trials = Array.isArray(telemetry['trials']) ? telemetry['trials'] : []
  return { ...telemetry, trials: trials.map(explained) }
}

function upgradedTrial(trial: Json, kind: string): Json {
  const reasons = isObject(trial['reasons']) ? trial['reasons'] : {}
  const why = (field: string): string => String(reasons[field] ?? NO_REASON)
  const pick = (fields: readonly string[], of: (field: string) => unknown) =>
    Object.fromEntries(fields.filter((field) => field in trial).map((field) => [field, of(field)]))
  return {
    kind,
    ...pick(plainFields[kind] ?? [], (field) => trial[field]),
    ...pick(measuredFields[kind] ?? [], (field) => trial[field] ?? missing(why(field))),
    ...pick(latencies[kind] ?? [], (field) => upgradedPercentiles(trial[field], why(field))),
    ...pick(kind === 'text' ? ['clientTokens', 'server'] : [], (field) => explained(trial[field])),
    ...(kind === 'image' ? { image: upgradedFields(trial['image'], why) } : {}),
    ...(kind === 'training' ? { training: upgradedFields(trial['training'], why) } : {}),
  }
}

const NO_REASON = 'not known: the record of schema 1 gives no reason'

/** Replaces the nulls of fields by missing values with the reasons of the map among them. */
function explained(fields: unknown): unknown {
  if (!isObject(fields)) return fields
  const { reasons, ...rest } = fields
  return upgradedFields(rest, (field) => String((isObject(reasons) && reasons[field]) || NO_REASON))
}

const upgradedFields = (fields: unknown, why: (field: string) => string): unknown =>
  isObject(fields)
    ? Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, value ?? missing(why(field))]))
    : fields

function upgradedPercentiles(values: unknown, why: string): unknown {
  if (!isObject(values)) return values
  const n = Number(values['n'])
  const reason = n > 0 ? `${n} samples in the window; a p99 needs 100` : why
  return upgradedFields(values, () => reason)
}

function upgradedResult(metric: unknown): unknown {
  if (!isObject(metric) || metric['mean'] !== null || 'reason' in metric) return metric
  return { ...metric, reason: NO_REASON }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
