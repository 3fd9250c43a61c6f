import { type PeakLoad, type StatedDemand, usersOf } from './demand.ts'

/** Boxes for a load: so many that each gets at most what is promised of it, and the spare ones. */
export interface BoxDemand {
  /** The peak load, in the unit of `perBox`: requests/s or users. */
  readonly demand: number
  /** The load that one box keeps within the SLO. */
  readonly perBox: number
  /** Boxes that may fail while the others still carry the load (N + spare). */
  readonly spare: number
}

/** Number of boxes: `ceil(demand / per box) + spare`; at least one serves. Infinity where a box serves nothing. */
export function boxesFor({ demand, perBox, spare }: BoxDemand): number {
  if (!(perBox > 0)) return Number.POSITIVE_INFINITY
  // a demand that fills its boxes exactly needs no further one because of the last digit
  return Math.max(1, Math.ceil(demand / perBox - 1e-9)) + spare
}

/** The highest load of one box within the SLO, in the unit of the peak load. */
export interface BoxLoad {
  readonly value: number
  readonly ci95: readonly [number, number] | null
  /** What is promised of it. */
  readonly conservative: number
}

/** How many boxes a card needs, and what that leaves. */
export interface BoxCount {
  readonly today: number
  /** With the growth: what is offered. */
  readonly grown: number
  /** Fewest, if every box takes the load of the high end of the interval; null without one. */
  readonly fewest: number | null
  readonly usersPerBox: number | null
  /** Share by which the peak with its growth may still rise before the serving boxes are full. */
  readonly headroomShare: number
}

/** Boxes at the conservative end of the highest load; null where a box serves nothing. */
export function countBoxes(
  box: BoxLoad,
  peak: PeakLoad,
  demand: StatedDemand & { readonly spare: number },
): BoxCount | null {
  const { spare } = demand
  if (!(box.conservative > 0)) return null
  const boxes = (load: number, perBox: number) => boxesFor({ demand: load, perBox, spare })
  const grown = boxes(peak.grown, box.conservative)
  return {
    today: boxes(peak.today, box.conservative),
    grown,
    fewest: box.ci95 === null ? null : boxes(peak.grown, box.ci95[1]),
    usersPerBox: usersOf(box.conservative, demand),
    headroomShare: peak.grown > 0 ? ((grown - spare) * box.conservative) / peak.grown - 1 : Number.POSITIVE_INFINITY,
  }
}
