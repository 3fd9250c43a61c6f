import { JoulemarkError } from '../errors.ts'
import type { Fleet } from '../scenario/fleet/load-fleet.ts'
import type { EngineBox, FleetEngine } from './engine.ts'
import { isNotInstalled } from './program.ts'

/** The boxes of a fleet as the engine knows them, those of the canary first. */
export interface KnownBoxes {
  readonly canary: readonly EngineBox[]
  readonly others: readonly EngineBox[]
  /** Why the engine was not asked for them, so that they are as the fleet file names them. Absent where it was. */
  readonly notAsked?: string
}

/**
 * Asks the engine for the boxes of a fleet, in the order in which they will start. Throws `bad-input` where a canary is no box of
 * the fleet, or no box is there, and what the engine throws.
 */
export async function knownBoxes(
  fleet: Pick<Fleet, 'path' | 'boxes' | 'exclude' | 'canary'>,
  engine: Pick<FleetEngine, 'boxes'>,
  signal: AbortSignal,
): Promise<KnownBoxes> {
  const all = await engine.boxes(fleet.boxes, signal)
  const excluded = fleet.exclude.length === 0 ? [] : await engine.boxes(fleet.exclude, signal)
  const first = fleet.canary === null ? [] : await engine.boxes(fleet.canary.boxes, signal)
  const names = (boxes: readonly EngineBox[]) => new Set(boxes.map(({ name }) => name))
  const out = names(excluded)
  const boxes = all.filter(({ name }) => !out.has(name))
  const stray = first.find(({ name }) => !names(boxes).has(name))
  if (stray !== undefined) {
    throw new JoulemarkError('bad-input', `${fleet.path}: canary.boxes: ${stray.name} is no box of this fleet`)
  }
  if (boxes.length === 0) throw new JoulemarkError('bad-input', `${fleet.path}: boxes: the engine knows none of them`)
  const canaries = names(first)
  return {
    canary: boxes.filter(({ name }) => canaries.has(name)),
    others: boxes.filter(({ name }) => !canaries.has(name)),
  }
}

/**
 * The same for a plan that is only printed, which needs no program of the engine: where it is not on this machine, the boxes are
 * as the fleet file names them.
 */
export async function boxesToPrint(...[fleet, engine, signal]: Parameters<typeof knownBoxes>): Promise<KnownBoxes> {
  try {
    return await knownBoxes(fleet, engine, signal)
  } catch (error) {
    if (!isNotInstalled(error)) throw error
    const named = (name: string): EngineBox => ({ name, usable: true, reason: null, gpus: null })
    const canary = fleet.canary?.boxes ?? []
    return {
      canary: canary.map(named),
      others: fleet.boxes.filter((name) => !canary.includes(name)).map(named),
      notAsked: error.message,
    }
  }
}
