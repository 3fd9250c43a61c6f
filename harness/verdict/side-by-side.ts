import { servingUuids } from '../physics/serving-gpus.ts'
import type { RunRecord } from '../record/schema/run.ts'

/**
 * UUIDs of the cards of the same box that served other loads during a run; empty for a card that was measured alone, and for
 * a run outside `box`. Cards side by side share the power supply, the air, the host and the client: such a figure is compared
 * with its like only.
 */
export function loadedBeside({ box, gpus }: Pick<RunRecord, 'box' | 'gpus'>): string[] {
  if (box === undefined) return []
  const mine = servingUuids(gpus)
  const loaded = box.underLoad ?? (box.part === 'together' ? box.cards : mine)
  return loaded.filter((uuid) => !mine.includes(uuid))
}

/** Whether other cards of the box were under load during a run. */
export const isSideBySide = (run: Pick<RunRecord, 'box' | 'gpus'>): boolean => loadedBeside(run).length > 0
