import type { z } from 'zod'
import { printable } from '../../render/plain-text.ts'
import type { FleetComparison } from '../fleet-comparison.ts'
import { fleetOutcome, fleetSentence } from '../outcome.ts'
import { FLEET_JSON_VERSION, type fleetJsonSchema } from './fleet-schema.ts'

type FleetDocument = z.input<typeof fleetJsonSchema>

/** A comparison of a fleet as one JSON document (docs/schemas/fleet.schema.json). Shares are fractions, unknown is null. */
export function fleetDocument(comparison: FleetComparison): FleetDocument {
  const { records: _records, groups, cells, simulated, ...rest } = comparison
  const document: FleetDocument = {
    ...{ format: 'joulemark-fleet', version: FLEET_JSON_VERSION },
    ...{ outcome: fleetOutcome(comparison), sentence: fleetSentence(comparison), simulated },
    stamp: simulated ? 'SIMULATED' : null,
    ...(rest as Pick<FleetDocument, keyof typeof rest>),
    fleet: groups.map((group) => ({ ...group, column: group.column.id })) as FleetDocument['fleet'],
    cells: cells.map((cell) => ({ ...cell, lead: cell.lead?.key ?? null })) as unknown as FleetDocument['cells'],
  }
  return clean(document)
}

/** Without characters that could move a cursor; the same document otherwise. */
export const clean = <Document>(document: Document): Document =>
  JSON.parse(
    JSON.stringify(document, (_key, value) => (typeof value === 'string' ? printable(value) : value)),
  ) as Document
