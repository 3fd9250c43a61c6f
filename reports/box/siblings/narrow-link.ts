import type { Reason } from '../result/box-result.ts'
import type { CardState } from './card-state.ts'

/** A link with fewer lanes than that of a sibling: a fault of how the server is put together. Null where there is none. */
export function narrowLink(own: CardState, siblings: readonly CardState[]): Reason | null {
  const widest = Math.max(0, ...siblings.map(({ linkWidth }) => linkWidth ?? 0))
  if (own.linkWidth === null || own.linkWidth >= widest) return null
  return {
    what: `PCIe link of width ${own.linkWidth}, ${widest} on a sibling${rateText(own, siblings)}`,
    cause: 'the slot, the riser or the bifurcation setting',
    fix: 'reseat the card and its riser, and check the bifurcation setting in the BIOS',
  }
}

function rateText({ fromHostGBs }: CardState, siblings: readonly CardState[]): string {
  const fastest = Math.max(0, ...siblings.map((each) => each.fromHostGBs ?? 0))
  return fromHostGBs === null || fastest === 0
    ? ''
    : `: ${fromHostGBs.toFixed(1)} GB/s from the host against ${fastest.toFixed(1)}`
}
