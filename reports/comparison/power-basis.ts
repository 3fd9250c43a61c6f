import type { RunRecord } from '../../harness/record/schema/run.ts'
import { type ServerPower, serverPowerOf, sourceWords } from '../server-power.ts'
import type { ScenarioRow, Selection } from '../tables/selection.ts'

/**
 * What the electricity of a comparison rests on: the measured power of the servers where every run has it, under load and idle;
 * otherwise the GPU boards of all, because a server and a board cannot be compared. `unlike` names the cards that have or lack it where
 * they differ.
 */
export type PowerBasis =
  | { readonly scope: 'server'; readonly powers: ReadonlyMap<string, ServerPower & { readonly idleW: number }> }
  | { readonly scope: 'boards'; readonly unlike: readonly string[] }

/** The basis of the runs of a scenario. */
export function powerBasis(selection: Selection, scenario: ScenarioRow): PowerBasis {
  const runs = selection.cards.flatMap((card) => {
    const run = selection.runOf(scenario.name, card.key)
    return run === null ? [] : [{ card, power: wholePower(run) }]
  })
  const known = runs.flatMap(({ card, power }) => ('value' in power ? [[card.key, power.value] as const] : []))
  if (runs.length > 0 && known.length === runs.length) return { scope: 'server', powers: new Map(known) }
  if (known.length === 0) return { scope: 'boards', unlike: [] }
  return {
    scope: 'boards',
    unlike: runs.flatMap(({ card, power }) => ('reason' in power ? [`${card.label}: ${power.reason}`] : [])),
  }
}

/** The power of a server, known under load and idle. */
export function wholePower(run: RunRecord): { value: ServerPower & { idleW: number } } | { reason: string } {
  const power = serverPowerOf(run)
  if ('reason' in power) return power
  const { idleW } = power.value
  return idleW === null
    ? { reason: 'the power of the server was not measured without load' }
    : { value: { ...power.value, idleW } }
}

/** What a reader is told of the basis. */
export function basisNotes(basis: PowerBasis, selection: Selection): string[] {
  if (basis.scope === 'server') {
    const each = selection.cards.flatMap(({ key, label }) => {
      const power = basis.powers.get(key)
      return power === undefined
        ? []
        : [
            `${label} ${power.load.value.toFixed(0)} W under load, ${power.idleW.toFixed(0)} W idle (${sourceWords[power.source]})`,
          ]
    })
    return [`Electricity of the whole server, measured: ${each.join('; ')}.`]
  }
  if (basis.unlike.length === 0)
    return ['Electricity of the GPU boards; the rest of the server is assumed to add nothing.']
  return [
    `Electricity of the GPU boards alone, because the power of the server was not measured for all: ${basis.unlike.join('; ')}.`,
  ]
}
