/** The tables of a store, one row type each: the same in SQLite and in PostgreSQL. Times are ISO 8601 in UTC. */
export interface StoreTables {
  runs: RunRow
  gpus: GpuRow
  metrics: MetricRow
  gates: GateRow
  files: FileRow
  parts: PartRow
}

/** A run, by the digest of its manifest. */
export interface RunRow {
  digest: string
  /** SHA-256 of the bytes of run.json. */
  record_sha256: string
  id: string
  status: string
  source: string
  kind: string
  scenario: string
  scenario_sha256: string
  model: string | null
  /** Key of the card, else its name. */
  card: string | null
  host: string
  engine: string | null
  engine_version: string | null
  served_model: string | null
  power_limit_w: number | null
  /** What was set on purpose, such as `300 W`; null for cards as they were found. */
  setting: string | null
  started_at: string
  ended_at: string | null
  tool_version: string
  /** Whether it could be quoted when it was pushed; `quote` checks it again. SQLite gives 0 or 1. */
  quotable: boolean | number
  /** Why not, as a JSON list of lines. */
  reasons: string
  redacted: boolean | number
  /** Public key of its signature. */
  signed_by: string | null
  /** run.json as JSON, for queries; its exact bytes are among the files. */
  record: string
  /** Bytes of all files, not compressed. */
  bytes: number
  pushed_at: string
}

export interface GpuRow {
  digest: string
  position: number
  uuid: string
  name: string
  driver: string | null
  serving: boolean | number
}

/** A headline metric: mean and 95 % interval in its unit; without a mean, the reason. */
export interface MetricRow {
  digest: string
  metric: string
  mean: number | null
  low: number | null
  high: number | null
  n: number
  unit: string
  reason: string | null
}

export interface GateRow {
  digest: string
  position: number
  gate: string
  status: string
  required: boolean | number
  evidence: string
}

/** A file of a run. */
export interface FileRow {
  digest: string
  name: string
  sha256: string
  bytes: number
}

/** A part of a file that is compressed as one gzip stream. */
export interface PartRow {
  digest: string
  name: string
  part: number
  content: Uint8Array
}
