import { simulatedBusId } from '../card/identity.ts'
import type { BoxCard } from './box-card.ts'

/** What `dmesg` prints of the driver: the Xid of every card that fell off the bus. */
export function kernelLog(cards: readonly BoxCard[], nowMs: number): string {
  const lines = cards.flatMap((card) => {
    const diedAtMs = card.diedAtMs(nowMs)
    if (diedAtMs === null) return []
    const address = simulatedBusId(card.index).slice(4).replace(/\.\d$/, '')
    return `[${((diedAtMs % 1e9) / 1000).toFixed(6)}] NVRM: Xid (PCI:${address}): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus. (SIMULATED)\n`
  })
  return lines.join('')
}
