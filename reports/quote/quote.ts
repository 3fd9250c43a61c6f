import { JoulemarkError } from '../../harness/errors.ts'
import { identifiersIn } from '../../harness/evidence/redaction/redact-record.ts'
import { redactText } from '../../harness/evidence/redaction/redact-text.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import { canonicalSha256 } from '../../harness/record/provenance.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { WallSourceName } from '../../harness/record/schema/wall-sources.ts'
import { settingText } from '../../harness/record/setting/operating-point.ts'
import type { Known } from '../facts.ts'
import { type ServerPower, serverPowerOf } from '../server-power.ts'
import type { QuoteInputs } from './inputs.ts'
import { type Draw, type MonthlyPrice, monthlyPrice, unitPriceHundredths } from './price.ts'
import { serverLines } from './server.ts'
import { type Workload, workloadOf } from './workload.ts'

/** A run that was verified and may be quoted. */
export interface QuotedRun {
  readonly record: RunRecord
  readonly digest: string
  /** Hexadecimal public key whose signature holds. */
  readonly signedBy: string
}

export interface QuoteOrder {
  readonly customer: string
  /** Day of the quote, `yyyy-mm-dd`. */
  readonly date: string
  readonly number?: string
  readonly inputs: QuoteInputs
}

/** A workload with its unit price, in hundredths of a penny ex VAT; null for a workload without units. */
export interface PricedWorkload extends Workload {
  readonly unitPrice: { readonly hundredths: bigint; readonly each: string } | null
}

/** The content of a quote, independent of its format. */
export interface Quote {
  readonly number: string
  readonly customer: string
  readonly date: string
  readonly validUntil: string
  readonly inputs: QuoteInputs
  readonly box: readonly (readonly [label: string, value: string])[]
  /** What the cards were set to for the measurement, on purpose; null where they were measured as found. */
  readonly setting: string | null
  readonly price: MonthlyPrice
  readonly workloads: readonly PricedWorkload[]
  readonly draw: Draw & {
    readonly idleMeasured: boolean
    /** Where the power of the server is from; absent for boards. */
    readonly source?: WallSourceName
    /** Why the power of the server was not used; absent where it was. */
    readonly whyBoards?: string
  }
  readonly warnings: readonly string[]
  readonly evidence: readonly Evidence[]
}

/** What the customer compares with the output of `joulemark verify`. */
export interface Evidence {
  readonly runId: string
  readonly measuredOn: string
  readonly digest: string
  readonly redactedDigest: string | null
  readonly signedBy: string
  /** Place among the runs that the key signed; null for a run outside its chain. */
  readonly place: number | null
}

/**
 * A quote from runs of one server. Throws `negative-result` with the gate that failed, `bad-input` for runs of several servers
 * and for a run that is given twice. Unless a number is given it is derived from the content: the same quote has the same number.
 */
export function buildQuote(runs: readonly QuotedRun[], order: QuoteOrder): Quote {
  const { inputs, customer, date } = order
  const records = runs.map((run) => run.record)
  requireEachOnce(runs)
  requireOneSetting(records)
  requireOneServer(records)
  const other = runs.find((run) => run.signedBy !== runs[0]?.signedBy)
  if (other)
    throw new JoulemarkError('bad-input', `${other.record.id}: is signed with another key than ${records[0]?.id}`)
  const workloads = records.map((record) => {
    const known = workloadOf(record, inputs)
    if ('value' in known) return known.value
    throw new JoulemarkError('negative-result', `not quotable: ${record.id}: ${known.reason}`)
  })
  const draw = drawOf(records, workloads)
  const price = monthlyPrice(inputs, draw)
  const content = canonicalSha256({ customer, date, inputs, runs: runs.map((run) => run.digest) })
  return {
    number: order.number ?? `Q${date.replaceAll('-', '')}-${content.slice(0, 8)}`,
    customer,
    date,
    validUntil: addDays(date, inputs.validityDays),
    inputs,
    box: serverLines(records),
    setting: settingText(first(records)),
    price,
    workloads: workloads.map((workload) => ({ ...workload, unitPrice: unitPriceOf(workload, price, inputs) })),
    draw,
    warnings: records.flatMap(warningsOf),
    evidence: runs.map(evidenceOf),
  }
}

/** Warnings of the gates, without names of hosts and people: a quote is passed on. */
const warningsOf = (record: RunRecord): string[] =>
  record.gates
    .filter((gate) => gate.status === 'warn')
    .map((gate) => redactText(`${gate.id}: ${gate.evidence}`, identifiersIn(record)))

const evidenceOf = ({ record, digest, signedBy }: QuotedRun): Evidence => ({
  runId: record.id,
  measuredOn: record.startedAt.slice(0, 10),
  digest,
  redactedDigest: record.redactedCopy?.manifestSha256 ?? null,
  signedBy,
  place: record.chain?.place ?? null,
})

/**
 * Electricity is charged at the highest power of any workload: of the whole server where every run measured it, otherwise of the GPU
 * boards. Idle as measured, otherwise the same as under load.
 */
function drawOf(records: readonly RunRecord[], workloads: readonly Workload[]): Quote['draw'] {
  const server = serverDraw(records)
  if ('value' in server) return server.value
  return { ...boardDraw(records, workloads), whyBoards: server.reason }
}

/** The power of the server at the upper end of its interval; or the reason of the first run that has none. */
function serverDraw(records: readonly RunRecord[]): Known<Quote['draw']> {
  const powers: ServerPower[] = []
  for (const record of records) {
    const power = serverPowerOf(record)
    if ('reason' in power) return power
    if (power.value.load.ci95 === null) return { reason: 'the power of the server has no confidence interval' }
    powers.push(power.value)
  }
  const loadW = Math.max(...powers.map(({ load }) => load.ci95?.[1] ?? load.value))
  const idles = powers.flatMap(({ idleW }) => idleW ?? [])
  const idleMeasured = idles.length === powers.length
  const source = powers[0]?.source
  if (source === undefined) return { reason: 'no run was given' }
  return { value: { of: 'server', loadW, idleW: idleMeasured ? Math.max(...idles) : loadW, idleMeasured, source } }
}

function boardDraw(records: readonly RunRecord[], workloads: readonly Workload[]): Omit<Quote['draw'], 'whyBoards'> {
  const loadW = Math.max(...workloads.map((workload) => workload.loadW))
  const idles = records.map((record) => record.telemetry?.idle.powerW ?? null)
  const known = idles.filter((watts) => watts !== null)
  const idleMeasured = known.length === idles.length
  return { of: 'boards', loadW, idleW: idleMeasured ? Math.max(...known) : loadW, idleMeasured }
}

function unitPriceOf(
  { output }: Workload,
  { exVatPence }: MonthlyPrice,
  { utilisation }: QuoteInputs,
): PricedWorkload['unitPrice'] {
  if (output === null) return null
  const [each, label] =
    output.unit === 'image' ? ([1000n, '1,000 images'] as const) : ([1_000_000n, 'million output tokens'] as const)
  const hundredths = unitPriceHundredths(exVatPence, output.perSecond, utilisation, each)
  return hundredths === null ? null : { hundredths, each: label }
}

/** What identifies a server. */
const serverKey = (record: RunRecord): string =>
  JSON.stringify([
    record.host,
    servingGpus(record.gpus).map(({ uuid, name, powerLimitW }) => [uuid, name, powerLimitW]),
  ])

/** Every promise of a quote holds at once: the server is delivered at one setting. */
function requireOneSetting(records: readonly RunRecord[]): void {
  const at = (record: RunRecord) => settingText(record) ?? 'the card as it was found'
  const other = records.find((record) => at(record) !== at(first(records)))
  if (other === undefined) return
  throw new JoulemarkError(
    'bad-input',
    `${other.id}: was measured at ${at(other)}, ${first(records).id} at ${at(first(records))}; a quote covers one setting of the card`,
  )
}

const first = (records: readonly RunRecord[]): RunRecord => records[0] as RunRecord

function requireOneServer(records: readonly RunRecord[]): void {
  const other = records.find((record) => serverKey(record) !== serverKey(first(records)))
  if (other) {
    throw new JoulemarkError(
      'bad-input',
      `${other.id}: was measured on another server than ${first(records).id}; a quote covers one server`,
    )
  }
  const redacted = records.length > 1 ? records.find((record) => record.redacted) : undefined
  if (redacted === undefined) return
  throw new JoulemarkError(
    'bad-input',
    `${redacted.id}: is a redacted copy that does not identify its server; a quote of several runs requires the original records`,
  )
}

function requireEachOnce(runs: readonly QuotedRun[]): void {
  const duplicate = runs.find((run, place) => runs.findIndex((other) => other.record.id === run.record.id) !== place)
  if (duplicate) throw new JoulemarkError('bad-input', `${duplicate.record.id}: was given twice`)
}

function addDays(date: string, days: number): string {
  const day = new Date(`${date}T00:00:00Z`)
  day.setUTCDate(day.getUTCDate() + days)
  return day.toISOString().slice(0, 10)
}
