import type { Card } from '../../../catalogue/types.ts'
import { copyExpectation } from '../../../physics/copy-bandwidth.ts'
import { pcieGBs } from '../../../physics/interconnect.ts'
import { SIMULATED_NAME_SUFFIX, simulatedUuid } from '../../card/identity.ts'
import type { BoxCard } from '../box-card.ts'

/** Share of the datasheet's 16-bit rate that large matrix products reach. Plausible, not fitted. */
const MATRIX_SHARE = 0.85
/** A chip without its cooler slows down within the two seconds of the matrix products. */
const HOT_MATRIX_SHARE = 0.7
/** A copy between cards without peer access goes through the host. */
const THROUGH_HOST_SHARE = 0.7
const COPY_SHARE_UNKNOWN = 0.8

/** The line of scripts/card-probe.py for these cards, in agreement with their faults. No figure in it is measured. */
export function probeAnswer(card: Card, cards: readonly BoxCard[], seed: number): string {
  const copyGBs = copyExpectation(card)?.expectedGBs ?? COPY_SHARE_UNKNOWN * card.memoryBandwidthGBs.value
  const linkGBs = (each: BoxCard): number => pcieGBs({ ...card.pcie.value, lanes: each.lanes })
  const answer = {
    joulemarkProbe: 1,
    torch: '0.0-sim',
    cards: cards.map((each) => ({
      uuid: simulatedUuid(seed, each.index),
      name: card.smiName + SIMULATED_NAME_SUFFIX,
      copyGBs: rounded(copyGBs * each.bandwidthShare),
      matrixTflops: rounded(card.fp16Tflops.value * (each.has('hot') ? HOT_MATRIX_SHARE : MATRIX_SHARE)),
      matrixFormat: 'bf16',
      hostToDeviceGBs: rounded(linkGBs(each)),
      deviceToHostGBs: rounded(linkGBs(each)),
    })),
    pairs: cards.flatMap((one, from) =>
      cards.flatMap((other, to) =>
        from === to ? [] : [{ from, to, GBs: rounded(THROUGH_HOST_SHARE * Math.min(linkGBs(one), linkGBs(other))) }],
      ),
    ),
  }
  // as Python's json prints it: a space after each colon
  return `${JSON.stringify(answer).replace('{"joulemarkProbe":1', '{"joulemarkProbe": 1')}\n`
}

const rounded = (value: number): number => Math.round(value * 100) / 100
