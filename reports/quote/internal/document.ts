import { z } from 'zod'
import { sourceWords } from '../../server-power.ts'
import type { Quote } from '../content.ts'
import type { Costs } from '../inputs.ts'
import { showMinor, toPence } from '../money/currency.ts'
import { type Margin, marginOf } from '../money/margin.ts'
import { penceOf } from '../money/pence.ts'
import { HOURS_PER_MONTH } from '../money/price.ts'
import { percent } from '../money/vat.ts'
import type { QuoteOption } from '../option.ts'

/** The internal sheet of a quote as data: what the seller pays and keeps, per server and month, in pence. Never for the customer. */

export const INTERNAL_QUOTE_JSON_VERSION = 1

const text = z.string()

const figureSchema = z.strictObject({
  key: z.enum([
    'price',
    'server',
    'electricity',
    'other',
    'cost',
    'margin',
    'marginShare',
    'fullLoadCost',
    'floorPrice',
    'breakEvenUtilisation',
  ]),
  label: text,
  unit: z.enum(['pence', 'share']),
  value: z.number().nullable(),
  reason: text.nullable().describe('why the value is null'),
  formula: text,
  inputs: z.array(z.strictObject({ name: text, value: text, from: text })),
})

export const internalQuoteSchema = z.strictObject({
  version: z.literal(INTERNAL_QUOTE_JSON_VERSION),
  internal: z.literal(true),
  draft: z.boolean(),
  draftReasons: z.array(text),
  number: text,
  customer: text,
  date: z.iso.date(),
  currency: z.enum(['GBP', 'EUR', 'USD']),
  exchangeRate: z.strictObject({ perGbp: z.number(), source: text, date: z.iso.date() }).nullable(),
  options: z.array(
    z.strictObject({
      name: text,
      servers: z.int().positive(),
      figures: z.array(figureSchema).describe('of one server per month, ex VAT'),
      isBelowFloor: z.boolean().nullable().describe('null where the costs are not stated'),
      monthlyMarginPence: z.int().nullable().describe('of all servers of the option'),
      noCosts: text.nullable().describe('why the figures of cost and margin are missing'),
      warnings: z.array(z.strictObject({ runId: text, gate: text, evidence: text })),
    }),
  ),
})

export type InternalQuote = z.infer<typeof internalQuoteSchema>
export type InternalOption = InternalQuote['options'][number]
export type InternalFigure = InternalOption['figures'][number]

export function internalDocument(quote: Quote): InternalQuote {
  const { inputs, number, customer, date } = quote
  return {
    version: INTERNAL_QUOTE_JSON_VERSION,
    internal: true,
    draft: quote.draft.length > 0,
    draftReasons: quote.draft.map(({ detail }) => detail),
    ...{ number, customer, date },
    currency: inputs.currency,
    exchangeRate: inputs.exchangeRate ?? null,
    options: quote.options.map((option) => internalOption(option, quote)),
  }
}

function internalOption(option: QuoteOption, { inputs }: Quote): InternalOption {
  const { name, servers, inside, perServerMinor } = option
  const rate = inputs.exchangeRate
  // the price that would follow is for the seller alone where it may not be offered
  const pricePence =
    perServerMinor === null ? (inside.cost?.pricePence ?? 0n) : toPence(perServerMinor, rate?.perGbp ?? 1)
  const { costs, pricePerMonth } = inside.terms
  const margin = costs === null ? null : marginOf(pricePence, costs, inside.draw)
  const stated: Input[] = [
    pricePerMonth === null
      ? input('margin share of the price', percent(costs?.marginShareOfPrice ?? 0), inside.terms.origins.margin)
      : input('price per month', showMinor(penceOf(pricePerMonth), inputs.currency), 'stated'),
    ...(rate === undefined
      ? []
      : [input('exchange rate', `£1 = ${rate.perGbp} ${inputs.currency}`, `${rate.source}, ${rate.date}`)]),
  ]
  const price: InternalFigure = {
    ...figure('price', 'Price, ex VAT', Number(pricePence)),
    formula: pricePerMonth === null ? 'cost / (1 - margin share)' : 'as stated',
    inputs: stated,
  }
  return {
    ...{ name, servers },
    figures: margin === null || costs === null ? [price] : [price, ...figuresOf(option, costs, margin)],
    isBelowFloor: margin && pricePence < margin.floorPence,
    monthlyMarginPence: margin && Number(margin.marginPence) * servers,
    noCosts: margin === null ? 'the cost of the server is stated neither in the inputs nor in joulemark.yaml' : null,
    warnings: option.warnings.map((warning) => ({ ...warning })),
  }
}

const gbp = (amount: number): string => showMinor(penceOf(amount), 'GBP')

type Input = InternalFigure['inputs'][number]
const input = (name: string, value: string, from: string): Input => ({ name, value, from })
const figure = (
  key: InternalFigure['key'],
  label: string,
  value: number | null,
  unit: 'pence' | 'share' = 'pence',
) => ({
  ...{ key, label, unit, value },
  reason: null as string | null,
})

function figuresOf({ inside }: QuoteOption, costs: Costs, margin: Margin): InternalFigure[] {
  const { draw, terms } = inside
  const { box, electricity, utilisation } = costs
  const { origins } = terms
  const { cost } = margin
  const of =
    draw.of === 'server' ? `whole server, measured (${sourceWords[draw.source ?? 'command']})` : 'GPU boards, measured'
  const load = input('utilisation', percent(utilisation), origins.utilisation)
  const idle = draw.idleMeasured
    ? input('power when idle', `${draw.idleW.toFixed(0)} W`, of)
    : input('power when idle', 'unknown', 'not measured: taken as under load, so that utilisation changes nothing')
  const power = [
    input('power under load', `${draw.loadW.toFixed(0)} W`, `${of}: the upper end of the 95% interval`),
    idle,
    ...(draw.of === 'server'
      ? []
      : [input('whole server / GPU boards', String(electricity.hostOverhead), origins.electricity)]),
    input('power usage effectiveness of the room', String(electricity.pue), origins.electricity),
    input('tariff', `£${electricity.tariffGbpPerKwh} per kWh`, origins.electricity),
  ]
  return [
    {
      ...figure('server', 'Server', Number(cost.boxPence)),
      formula: box.rentGbpPerMonth === undefined ? 'purchase price / months of the write-off' : 'rent',
      inputs:
        box.rentGbpPerMonth === undefined
          ? [
              input('purchase price', gbp(box.capexGbp ?? 0), origins.box),
              input('months of the write-off', String(box.writeOffMonths), origins.box),
            ]
          : [input('rent', gbp(box.rentGbpPerMonth), origins.box)],
    },
    {
      ...figure('electricity', 'Electricity', Number(cost.electricityPence)),
      formula: `power x ${HOURS_PER_MONTH} h x tariff: ${cost.kilowattHours.toFixed(0)} kWh`,
      inputs: [load, ...power],
    },
    {
      ...figure('other', 'Other costs', Number(cost.otherPence)),
      formula: 'sum',
      inputs: Object.entries(costs.otherCostsGbpPerMonth).map(([name, amount]) =>
        input(name, gbp(amount), origins.other),
      ),
    },
    { ...figure('cost', 'Cost', Number(cost.costPence)), formula: 'server + electricity + other costs', inputs: [] },
    { ...figure('margin', 'Margin', Number(margin.marginPence)), formula: 'price - cost', inputs: [] },
    {
      ...figure('marginShare', 'Margin share of the price', margin.marginShare, 'share'),
      reason: margin.marginShare === null ? 'the price is zero' : null,
      formula: 'margin / price',
      inputs: [],
    },
    {
      ...figure('fullLoadCost', 'Cost under load all month', Number(margin.fullLoadPence)),
      formula: 'cost at 100% utilisation',
      inputs: [],
    },
    {
      ...figure('floorPrice', 'Floor price', Number(margin.floorPence)),
      formula: 'cost under load all month / (1 - smallest margin share)',
      inputs: [input('smallest margin share', percent(costs.minimumMarginShareOfPrice), 'minimumMarginShareOfPrice')],
    },
    {
      ...figure('breakEvenUtilisation', 'Break-even utilisation', margin.breakEvenShare, 'share'),
      reason: margin.breakEvenShare === null ? 'each hour sold costs more electricity than it earns' : null,
      formula:
        'share of the month that must be sold: (server + other costs + idle electricity) / (price - electricity that use adds to idle)',
      inputs: draw.idleMeasured ? [load, idle] : [idle],
    },
  ]
}
