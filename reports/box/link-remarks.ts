import { cardOfRun } from '../../harness/catalogue/own/own-cards.ts'
import { pcieGBs } from '../../harness/physics/interconnect.ts'
import { servingUuids } from '../../harness/physics/serving-gpus.ts'
import { numberOf } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'

/** A link that gives less than this share of what its kind gives, or of what its fastest sibling gives, is remarked on. */
const LOW_SHARE = 0.6

/**
 * Links that the probe of the cards found slow: from the host to a GPU, against what the PCIe slot of this card gives, and
 * between two GPUs, against the fastest pair of the server. They do not decide: a model on one GPU hardly uses them.
 */
export function linkRemarks({ cardProbe, card, gpus }: RunRecord): string[] {
  if (cardProbe === undefined || 'reason' in cardProbe) return []
  const known = cardOfRun(card)
  const slot = known?.pcie?.value
  const usual = slot === undefined ? null : pcieGBs(slot)
  const serving = servingUuids(gpus)
  const places = cardProbe.cards.flatMap(({ uuid }, index) => (uuid !== null && serving.includes(uuid) ? [index] : []))
  // an older torch does not say which card is which: then all of them count
  const isOwn = (index: number): boolean => places.length === 0 || places.includes(index)
  const host = cardProbe.cards.flatMap(({ hostToDeviceGBs, deviceToHostGBs }, index) =>
    (
      [
        ['from the host to', hostToDeviceGBs],
        ['to the host from', deviceToHostGBs],
      ] as const
    ).flatMap(([way, value]) => {
      const got = numberOf(value)
      if (!isOwn(index) || got === null || usual === null || got >= LOW_SHARE * usual) return []
      return [
        `remark: ${way} GPU ${index} of the container: ${got.toFixed(1)} GB/s, where PCIe ${slot?.gen} x${slot?.lanes} gives about ${usual.toFixed(0)}: a narrow or slow link`,
      ]
    }),
  )
  const rates = cardProbe.pairs.flatMap(({ from, to, GBs }) => {
    const rate = numberOf(GBs)
    return rate === null ? [] : [{ from, to, rate }]
  })
  const fastest = Math.max(0, ...rates.map(({ rate }) => rate))
  const pairs = rates
    .filter(({ from, to, rate }) => rate < LOW_SHARE * fastest && (isOwn(from) || isOwn(to)))
    .map(
      ({ from, to, rate }) =>
        `remark: from GPU ${from} to GPU ${to} of the container: ${rate.toFixed(1)} GB/s, where the fastest pair gives ${fastest.toFixed(1)}: over another CPU socket, or a narrow link`,
    )
  return [...host, ...pairs]
}
