import type { Tile } from './answer.ts'

/** What most key figures are of: said once for all of them. Null where no two agree. */
export function sharedOf(tiles: readonly Tile[]): string | null {
  const counts = [
    ...Map.groupBy(
      tiles.flatMap(({ of }) => of ?? []),
      (of) => of,
    ),
  ]
  const [most] = counts.toSorted(([, a], [, b]) => b.length - a.length)
  return most === undefined || most[1].length < 2 ? null : most[0]
}

/** What a key figure is of beyond that, such as its SLO; null where nothing is to be added. */
export function ownOf({ of }: Tile, shared: string | null): string | null {
  if (of === null || of === shared) return null
  return shared !== null && of.startsWith(`${shared}, `) ? of.slice(shared.length + 2) : of
}
