import { JoulemarkError } from '../../harness/errors.ts'
import { identifiersIn } from '../../harness/evidence/redaction/redact-record.ts'
import { redactText } from '../../harness/evidence/redaction/redact-text.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { settingText } from '../../harness/record/setting/operating-point.ts'
import { drawOf, type OptionDraw } from './draw.ts'
import type { QuoteInputs } from './inputs.ts'
import { type ServerLine, serverLines } from './measured/server.ts'
import { type Workload, workloadOf } from './measured/workload.ts'
import { fromPence } from './money/currency.ts'
import { penceOf } from './money/pence.ts'
import { type MonthlyCost, monthlyCost, unitPriceHundredths } from './money/price.ts'
import { type Vat, vatOn } from './money/vat.ts'
import { type QuotedRun, requireOneServer } from './one-server.ts'
import type { OptionTerms } from './option-terms.ts'

/** An amount before and after VAT, in hundredths of the currency of the quote. */
export interface Amount {
  readonly exVatMinor: bigint
  readonly vatMinor: bigint
  readonly incVatMinor: bigint
}

/** A workload with its unit price, in hundredths of a penny or cent ex VAT; null for a workload without units. */
export interface PricedWorkload extends Workload {
  readonly unitPrice: { readonly hundredths: bigint; readonly each: string } | null
}

/** A gate that warned: its evidence without names of hosts and people, because a quote is passed on. */
export interface Warning {
  readonly runId: string
  readonly gate: string
  readonly evidence: string
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

/** One option of a quote: servers of one kind, what they cost the customer, and what was measured on one of them. */
export interface QuoteOption
  extends Pick<OptionTerms, 'name' | 'note' | 'servers' | 'termMonths' | 'delivery' | 'support'> {
  readonly server: readonly ServerLine[]
  /** What the cards were set to for the measurement, on purpose; null where they were measured as found. */
  readonly setting: string | null
  /** Price of one server per month, ex VAT; null where none may be offered, and then no other amount stands here either. */
  readonly perServerMinor: bigint | null
  readonly monthly: Amount | null
  readonly setup: Amount | null
  readonly workloads: readonly PricedWorkload[]
  readonly warnings: readonly Warning[]
  readonly evidence: readonly Evidence[]
  /** For the internal sheet alone. */
  readonly inside: {
    readonly terms: OptionTerms
    readonly cost: MonthlyCost | null
    readonly draw: OptionDraw
  }
}

/** What holds for all options. */
export interface ForAll {
  readonly inputs: QuoteInputs
  readonly vat: Vat
  /** Units of the currency per pound. */
  readonly perGbp: number
}

/**
 * One option from runs of one server. Throws `negative-result` with the gate that failed, `bad-input` for runs of several
 * servers, for a run that is given twice, and for two runs of one workload.
 */
export function quoteOption(
  runs: readonly QuotedRun[],
  terms: OptionTerms,
  { inputs, vat, perGbp }: ForAll,
): QuoteOption {
  requireOneServer(runs)
  const records = runs.map((run) => run.record)
  const workloads = records.map((record) => {
    const known = workloadOf(record, inputs)
    if ('value' in known) return known.value
    throw new JoulemarkError('negative-result', `not quotable: ${record.id}: ${known.reason}`)
  })
  requireEachWorkloadOnce(workloads)
  const draw = drawOf(records, workloads)
  const cost = terms.costs === null ? null : monthlyCost(terms.costs, draw)
  const perServerMinor = priceToOffer(terms, cost, perGbp)
  const amount = (exVatMinor: bigint): Amount => {
    const vatMinor = vatOn(exVatMinor, vat.chargedRate)
    return { exVatMinor, vatMinor, incVatMinor: exVatMinor + vatMinor }
  }
  const { name, note, servers, termMonths, delivery, support, setupFee } = terms
  const [first] = records as [RunRecord]
  return {
    ...{ name, note, servers, termMonths, delivery, support, perServerMinor },
    server: serverLines(records),
    setting: settingText(first),
    monthly: perServerMinor === null ? null : amount(perServerMinor * BigInt(servers)),
    setup: setupFee === null || perServerMinor === null ? null : amount(penceOf(setupFee)),
    workloads: workloads.map((each) => ({ ...each, unitPrice: unitPriceOf(each, perServerMinor, inputs.utilisation) })),
    warnings: records.flatMap(warningsOf),
    evidence: runs.map(evidenceOf),
    inside: { terms, cost, draw },
  }
}

/** The price that may be offered. None follows from costs that nobody stated in full: it would tell the customer the cost. */
function priceToOffer(terms: OptionTerms, cost: MonthlyCost | null, perGbp: number): bigint | null {
  if (terms.pricePerMonth !== null) return penceOf(terms.pricePerMonth)
  return terms.whyDraft !== null || cost === null ? null : fromPence(cost.pricePence, perGbp)
}

/** Throws `bad-input` for two runs of one workload: which of their figures is promised is not for the order of files to decide. */
function requireEachWorkloadOnce(workloads: readonly Workload[]): void {
  for (const [place, { workload, runId }] of workloads.entries()) {
    const earlier = workloads.slice(0, place).find((each) => each.workload === workload)
    if (earlier === undefined) continue
    throw new JoulemarkError(
      'bad-input',
      `${runId}: measured the workload of ${earlier.runId} again, on the same server; name one of them`,
    )
  }
}

const warningsOf = (record: RunRecord): Warning[] =>
  record.gates
    .filter((gate) => gate.status === 'warn')
    .map(({ id, evidence }) => ({
      runId: record.id,
      gate: id,
      evidence: redactText(evidence, identifiersIn(record)),
    }))

const evidenceOf = ({ record, digest, signedBy }: QuotedRun): Evidence => ({
  runId: record.id,
  measuredOn: record.startedAt.slice(0, 10),
  digest,
  redactedDigest: record.redactedCopy?.manifestSha256 ?? null,
  signedBy,
  place: record.chain?.place ?? null,
})

function unitPriceOf(
  { output }: Workload,
  perServerMinor: bigint | null,
  utilisation: number,
): PricedWorkload['unitPrice'] {
  if (output === null || perServerMinor === null) return null
  const [each, label] =
    output.unit === 'image' ? ([1000n, '1,000 images'] as const) : ([1_000_000n, 'million output tokens'] as const)
  const hundredths = unitPriceHundredths(perServerMinor, output.perSecond, utilisation, each)
  return hundredths === null ? null : { hundredths: inPenceFromOnePound(hundredths), each: label }
}

/** A unit price of a pound or more is in whole pence, rounded up. */
const inPenceFromOnePound = (hundredths: bigint): bigint =>
  hundredths < 10_000n ? hundredths : ((hundredths + 99n) / 100n) * 100n
