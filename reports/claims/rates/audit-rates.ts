import type { Range } from '../arithmetic.ts'
import { fitFinding, fitOf } from '../audit-fits.ts'
import { type ClaimRow, cellOf } from '../claims.ts'
import type { AuditContext } from '../context.ts'
import { conversionOf, gpuRate, imageTime, rateDimensions, stepRate, streamRate } from '../file/units.ts'
import type { Finding } from '../finding.ts'
import type { Workload } from '../schema.ts'
import { judgeImageRate } from './audit-images.ts'
import { judgeTokenRate } from './audit-token-rates.ts'

/** Every rate of the throughput table against what the card can do, and every OOM against the bytes. */
export function auditRates(context: AuditContext): Finding[] {
  const rows = context.claims.tables.throughput?.rows ?? []
  return rows.flatMap((row) => context.cardKeys.flatMap((key) => cellFindings(context, row, key)))
}

function cellFindings(context: AuditContext, row: ClaimRow, key: string): Finding[] {
  const cell = cellOf(row, key)
  const workload = row.workload
  if (cell === null) return []
  const at = `throughput.${row.id}.${key}`
  if (workload === undefined) {
    return cell.range === null ? [] : [{ cell: at, status: 'unverified', why: 'the row has no workload' }]
  }
  if (cell.kind === 'oom') return [fitFinding(context, { workload, key, claimed: 'OOM', at })]
  if (cell.range === null) return []
  return [rateFinding(context, { workload, key, rate: cell.range, unit: cell.unit ?? '', at })]
}

/** A rate in a base unit that a source claims for a workload on the card with this key. */
export interface RateClaim {
  readonly workload: Workload
  readonly key: string
  readonly rate: Range
  /** A base unit of the rates. */
  readonly unit: string
  readonly at: string
}

/** A rate of any kind: tokens, images, training steps. */
export function rateFinding(context: AuditContext, claim: RateClaim): Finding {
  const { workload, key, rate, unit, at } = claim
  if (unit === imageTime.base) return { cell: at, ...judgeImageRate(context, workload, key, rate) }
  if (unit === stepRate.base) {
    const why = 'steps per second cannot be checked without batch, sequence length and rank'
    return { cell: at, status: 'underspecified', why }
  }
  const model = context.model(workload)
  const cards = context.editions(key)
  if ('reason' in model) return { cell: at, status: 'unverified', why: model.reason }
  if (cards.length === 0) return { cell: at, status: 'unverified', why: context.unknownCard(key) }
  const fit = fitOf(context, { ...workload, context: workload.context ?? 1024, batch: 1, concurrency: 1 }, key)
  if (!('reason' in fit) && fit.best < 1) {
    return { cell: at, status: 'impossible', why: `it does not fit: ${fit.evidence}` }
  }
  const perStream = unit === streamRate.base
  const gpus = unit === gpuRate.base ? (workload.cards ?? 1) : 1
  const together = { low: rate.low * gpus, high: rate.high * gpus }
  return { cell: at, ...judgeTokenRate(context, { workload, key, rate: together, perStream, model, cards }) }
}

/** A claimed rate in the base unit of its own: the value of a sentence that is restated in numbers. */
export function convertedRate(value: number, unit: string): { readonly value: number; readonly unit: string } {
  const conversion = conversionOf(unit, rateDimensions)
  if (conversion === null) return { value, unit }
  return { value: conversion.inverse ? conversion.factor / value : value * conversion.factor, unit: conversion.base }
}
