import { imageModelByKey } from '../../harness/catalogue/image-models.ts'
import type { FitCard } from '../../harness/catalogue/own/known.ts'
import { type ImageJobKind, imageHeadroom } from '../../harness/physics/image.ts'
import { fitClass } from '../../harness/physics/memory.ts'
import { formatNumber } from '../render/format-cell.ts'
import { type Cell, missing, type Tone } from './table.ts'

const tones: Readonly<Record<string, Tone>> = { Tight: 'warn', Comfortable: 'good', Trivial: 'good' }

/** Whether an image model fits a card with all parts in 16 bits, to generate or to train a LoRA beside it. */
export function imageFitCell(card: FitCard, modelKey: string, job: ImageJobKind, label: string): Cell {
  const model = imageModelByKey(modelKey)
  if (model === null) return missing(`${modelKey} is not in the catalogue`)
  const { headroomRatio, evidence } = imageHeadroom(card, model, job)
  if (headroomRatio < 1) return { kind: 'oom', evidence: `${label}, ${card.label}: ${evidence}` }
  const verdict = fitClass(headroomRatio)
  const tone = tones[verdict]
  return {
    kind: 'text',
    text: verdict,
    detail: `headroom ${formatNumber(headroomRatio, 1)}x`,
    ...(tone ? { tone } : {}),
  }
}
