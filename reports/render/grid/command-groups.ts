import { shortTitles } from '../../tables/alike-loads.ts'
import type { Cell, Table, TableRow } from '../../tables/table.ts'

/** A workload that a command serves. */
export interface ServedWorkload {
  readonly title: string
  /** The value of `variedOption` in its own command; null where it has none. */
  readonly value: string | null
}

/** Commands that are the same but for one option: said once, for all of their workloads and cards. */
export interface CommandGroup {
  readonly cards: readonly string[]
  readonly workloads: readonly ServedWorkload[]
  /** What the rows have in common besides the command, by head of column. */
  readonly shared: readonly { readonly id: string; readonly head: string; readonly cell: Cell }[]
  /** The command of the first workload; empty where it is unknown, and `shared` says why. */
  readonly lines: readonly string[]
  /** Whether the other workloads have another value of `variedOption`. */
  readonly isVaried: boolean
}

/** The option that follows the load: how many sequences are served at once. */
export const variedOption = '--max-num-seqs'

interface Member {
  readonly key: string
  readonly title: string
  readonly value: string | null
  readonly lines: readonly string[]
  readonly shared: CommandGroup['shared']
}

/** The commands of a table by what they have in common; null for a table that is not one of commands by workload and card. */
export function commandGroups(table: Table): CommandGroup[] | null {
  const at = (id: string) => table.columns.findIndex((column) => column.id === id)
  const [workload, card, line] = [at('workload'), at('card'), at('line')]
  if (workload < 0 || card < 0 || line < 0) return null
  const memberOf = ({ cells }: TableRow): Member => {
    const own = new Set([workload, card])
    const command = cells[line]!
    const lines = command.kind === 'code' ? command.lines : []
    if (command.kind === 'code') own.add(line)
    const shared = cells.flatMap((cell, index) => (own.has(index) ? [] : [{ ...table.columns[index]!, cell }]))
    return {
      key: JSON.stringify([shared.map(({ cell }) => cell), lines.map((each) => each.replace(optionValue, '$1'))]),
      title: wordsOf(cells[workload]!),
      value: lines.map((each) => optionValue.exec(each)?.[2] ?? null).find((value) => value !== null) ?? null,
      ...{ lines, shared },
    }
  }
  const ofCards = [...Map.groupBy(table.rows, ({ cells }) => wordsOf(cells[card]!))].flatMap(([name, rows]) =>
    [...Map.groupBy(rows.map(memberOf), ({ key }) => key).values()].map((members) => ({ name, members })),
  )
  const served = (members: readonly Member[]) => members.map(({ title, value }) => ({ title, value }))
  const alike = Map.groupBy(ofCards, ({ members }) => JSON.stringify([members[0]!.key, served(members)]))
  return [...alike.values()].map((group) => {
    const { members } = group[0]!
    return {
      cards: group.map(({ name }) => name),
      workloads: served(members),
      ...{ lines: members[0]!.lines, shared: members[0]!.shared },
      isVaried: new Set(members.map(({ value }) => value)).size > 1,
    }
  })
}

const optionValue = new RegExp(`(${variedOption}[ =])(\\S+)`, 'u')

const wordsOf = (cell: Cell): string => (cell.kind === 'text' ? cell.text : '')

/** The cards of a command in words: `A`, `A and B`, `A, B and C`. */
export const cardsText = ({ cards }: CommandGroup): string =>
  cards.length < 2 ? (cards[0] ?? '') : `${cards.slice(0, -1).join(', ')} and ${cards.at(-1)}`

/**
 * The workloads of a command in words. Titles that begin alike are shortened, and those after the first name the value that
 * replaces its own: `Chat, 1 stream; 8 streams (--max-num-seqs 8)`.
 */
export function workloadsText({ workloads, isVaried }: CommandGroup): string {
  const printed = workloads[0]?.value
  const names = shortTitles(workloads.map(({ title }) => title))
  return workloads
    .map(({ value }, at) =>
      isVaried && value !== printed ? `${names[at]} (${variedOption} ${value ?? 'not set'})` : names[at],
    )
    .join('; ')
}
