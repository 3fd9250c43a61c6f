import type { Clock } from '../clock.ts'
import type { Campaign, CampaignBox } from './state.ts'

/** What a campaign in progress is kept with. */
interface Keeper {
  readonly clock: Clock
  readonly keep: (campaign: Campaign) => void
  readonly pollMs: number
}

/** What became of a box, as a line of progress. */
export function sentenceOf({ box, state, attempt, running, exitCode, runs, reason, handle }: CampaignBox): string {
  const why = reason === null ? '' : `: ${reason}`
  if (state === 'submitted' && exitCode !== null) return `${box}: ended, exit code ${exitCode}${why}`
  if (state === 'submitted')
    return `${box}: ${running ? 'running' : 'submitted'} as job ${handle?.native ?? ''}${attempt > 1 ? ` (try ${attempt})` : ''}${why}`
  if (state === 'measured') return `${box}: measured, exit code ${exitCode}, runs: ${runs}${why}`
  if (state === 'planned' && reason !== null) return `${box}: ${reason}`
  return `${box}: ${state}${why}`
}

/** The state of a campaign while it is conducted: every change is kept at once. */
export class Held {
  campaign: Campaign
  sleepMs: number
  /** The opening of the window that was said last. */
  saidOpens: string | null = null
  /** How often the records of a job could not be fetched, by its id. */
  readonly #failedFetches = new Map<string, number>()
  readonly #given: Keeper

  constructor(campaign: Campaign, given: Keeper) {
    this.campaign = campaign
    this.sleepMs = given.pollMs
    this.#given = given
  }

  now(): string {
    return this.#given.clock.wall().toISOString()
  }

  /** Counts that the records of a job could not be fetched; how often that was so by now. */
  failedFetches(id: string): number {
    const times = (this.#failedFetches.get(id) ?? 0) + 1
    this.#failedFetches.set(id, times)
    return times
  }

  box(name: string): CampaignBox {
    return this.campaign.boxes.find(({ box }) => box === name)!
  }

  set(campaign: Campaign): void {
    this.campaign = campaign
    this.#given.keep(campaign)
  }

  put(changed: CampaignBox): void {
    this.set({ ...this.campaign, boxes: this.campaign.boxes.map((box) => (box.box === changed.box ? changed : box)) })
  }

  change(boxes: readonly CampaignBox[], change: Partial<CampaignBox>): void {
    for (const box of boxes) this.put({ ...this.box(box.box), ...change, since: this.now() })
  }
}
