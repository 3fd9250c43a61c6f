import type { RunRecord } from '../../harness/record/schema/run.ts'

/**
 * What runs have in common that differ only in their load: everything of the scenario but its name and title, how many
 * requests are in flight or sent per second, and how long and how often it was measured. The shape of sessions is no load.
 */
export function exceptLoad({ scenario }: RunRecord): string {
  const { name: _name, title: _title, load, certainty: _certainty, trial: _trial, ...rest } = scenario
  const session = 'session' in load && load.session ? { session: load.session } : {}
  return JSON.stringify({ ...rest, ...session })
}

/**
 * The title of runs without what their loads add: `A, 4 streams` and `A, 8 streams` are points of `A`. Their model, where the
 * titles have nothing in common, by its label where one is known.
 */
export function commonTitle(runs: readonly RunRecord[], labelOf: (model: string) => string = (model) => model): string {
  const parts = runs.map(({ scenario }) => scenario.title.split(', '))
  const [first = []] = parts
  const differs = first.findIndex((part, index) => parts.some((other) => other[index] !== part))
  if (differs === 0) return labelOf(runs[0]!.scenario.model)
  return first.slice(0, differs < 0 ? undefined : differs).join(', ')
}

/** Titles in a row, each without what it shares with the one before it: `A, 1 stream`, then `8 streams`. */
export const shortTitles = (titles: readonly string[]): string[] =>
  titles.map((title, index) => {
    const cut = title.lastIndexOf(', ') + 2
    return index > 0 && cut > 1 && titles[index - 1]!.startsWith(title.slice(0, cut)) ? title.slice(cut) : title
  })
