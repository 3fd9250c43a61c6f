import type { Clock } from '../clock.ts'
import type { Fleet } from '../scenario/fleet/load-fleet.ts'
import type { FleetEngine } from './engine.ts'
import type { CampaignPlace } from './plan.ts'
import type { Campaign } from './state.ts'

/** What the conduct of a campaign is given; everything of the world is replaced in tests. */
export interface Conduct {
  readonly fleet: Fleet
  readonly place: CampaignPlace
  readonly engine: FleetEngine
  readonly clock: Clock
  /** Keeps the state, after every change. */
  readonly keep: (campaign: Campaign) => void
  /** One line of progress. */
  readonly say: (line: string) => void
  /** Runs of this campaign in the folder of a box. */
  readonly runsIn: (folder: string) => Promise<number>
  /** Judges the boxes of the canary, which have all ended. */
  readonly judge: (campaign: Campaign) => Promise<{ readonly goOn: boolean; readonly reason: string }>
  /** Ends the conduct; jobs that the engine has go on. */
  readonly signal: AbortSignal
  /** Time between two looks at the engine. */
  readonly pollMs: number
}
