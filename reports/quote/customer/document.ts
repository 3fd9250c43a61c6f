import type { Quote } from '../content.ts'
import { toPence } from '../money/currency.ts'
import { vatOn } from '../money/vat.ts'
import type { Amount, PricedWorkload, QuoteOption } from '../option.ts'
import {
  type CustomerAmount,
  type CustomerOption,
  type CustomerQuote,
  type CustomerWorkload,
  QUOTE_JSON_VERSION,
} from './document-schema.ts'
import { warningSentence } from './terms.ts'

/** What the customer gets of a quote. */
export function customerDocument(quote: Quote): CustomerQuote {
  const { inputs, vat } = quote
  const { seller, customer } = inputs
  return {
    version: QUOTE_JSON_VERSION,
    draft: quote.draft.length > 0,
    missing: quote.draft.map(({ missing }) => missing),
    number: quote.number,
    date: quote.date,
    validUntil: quote.validUntil,
    seller:
      seller === undefined
        ? null
        : {
            ...party(seller.name, seller),
            companyNumber: seller.companyNumber ?? null,
            colour: seller.colour ?? null,
          },
    customer: { ...party(quote.customer, customer ?? {}), purchaseOrder: customer?.purchaseOrder ?? null },
    currency: inputs.currency,
    exchangeRate: inputs.exchangeRate ?? null,
    vat: { case: vat.case, chargedRate: vat.chargedRate, label: vat.label, wording: vat.wording },
    utilisation: inputs.utilisation,
    options: quote.options.map((option) => optionOf(option, quote)),
    notPromised: [...quote.notPromised],
  }
}

interface Party {
  readonly address?: string | undefined
  readonly contact?: string | undefined
  readonly vatNumber?: string | undefined
}

const party = (name: string, { address, contact, vatNumber }: Party) => ({
  name,
  address: address ?? null,
  contact: contact ?? null,
  vatNumber: vatNumber ?? null,
})

function optionOf(option: QuoteOption, { inputs, vat }: Quote): CustomerOption {
  const { name, note, servers, termMonths, delivery, support, setting, monthly, setup } = option
  const perGbp = inputs.exchangeRate?.perGbp
  const inPence = (minorUnits: bigint) => Number(toPence(minorUnits, perGbp ?? 1))
  const customerVat = ({ exVatMinor }: Amount) =>
    vat.customerRate === null ? null : Number(vatOn(exVatMinor, vat.customerRate))
  const isVatForeign = perGbp !== undefined && vat.chargedRate > 0
  return {
    ...{ name, note, servers, termMonths, delivery, support, setting },
    perServerMinor: option.perServerMinor === null ? null : Number(option.perServerMinor),
    monthly: monthly && amountOf(monthly),
    setup: setup && amountOf(setup),
    termTotal: termMonths === null || monthly === null ? null : amountOf(totalOf(monthly, setup, termMonths)),
    vatPence:
      isVatForeign && monthly !== null
        ? { monthly: inPence(monthly.vatMinor), setup: setup && inPence(setup.vatMinor) }
        : null,
    customerVatMinor: monthly && customerVat(monthly),
    customerSetupVatMinor: setup && customerVat(setup),
    server: option.server.map(([label, value]) => ({ label, value })),
    workloads: option.workloads.map(workloadOf),
    warnings: option.warnings.map((warning) => ({ ...warning, meaning: warningSentence(warning.gate) })),
    evidence: option.evidence.map((each) => ({ ...each })),
  }
}

/** A sum of whole amounts: every month is invoiced with its own rounding. */
function totalOf(monthly: Amount, setup: Amount | null, months: number): Amount {
  const sum = (of: (amount: Amount) => bigint) => of(monthly) * BigInt(months) + (setup === null ? 0n : of(setup))
  return {
    exVatMinor: sum((amount) => amount.exVatMinor),
    vatMinor: sum((amount) => amount.vatMinor),
    incVatMinor: sum((amount) => amount.incVatMinor),
  }
}

const amountOf = ({ exVatMinor, vatMinor, incVatMinor }: Amount): CustomerAmount => ({
  exVatMinor: Number(exVatMinor),
  vatMinor: Number(vatMinor),
  incVatMinor: Number(incVatMinor),
})

function workloadOf(workload: PricedWorkload): CustomerWorkload {
  const { runId, title, model, description, slo, unitPrice } = workload
  return {
    ...{ runId, title, model, description, slo },
    workload: workload.workload,
    measurement: [...workload.measurement],
    promises: [workload.headline, ...workload.others].map((each) => ({ ...each })),
    unitPrice: unitPrice && { hundredthsOfMinor: Number(unitPrice.hundredths), per: unitPrice.each },
  }
}
