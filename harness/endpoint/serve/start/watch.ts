import type { Clock } from '../../../clock.ts'
import type { ServePlan } from '../plan.ts'
import { cacheBytes } from './cache-bytes.ts'
import { containerCpu } from './container-cpu.ts'
import { SignsOfLife } from './life.ts'
import { type PhaseTime, StartPhases, type StartProgress } from './phases.ts'

export interface WatchOptions {
  readonly clock: Clock
  readonly env: NodeJS.ProcessEnv
  readonly timeoutMs: number
  readonly onPhase?: ((progress: StartProgress) => void) | undefined
}

/** How often the cache and the CPU time are read. */
const LOOK_MS = 5000
/** Fewer bytes than this are files of settings, not weights. */
const DOWNLOAD_BYTES = 50e6
/** CPU work below this share of one core is the waiting of a process. */
const IDLE_SHARE = 0.05

/** Watches a start: its phases, and whether it still shows a sign of life. */
export class StartWatch {
  readonly #plan: Pick<ServePlan, 'cacheDir' | 'repository'>
  readonly #options: WatchOptions
  readonly #phases: StartPhases
  readonly #life: SignsOfLife
  readonly #cpu: () => Promise<number | null>
  #lookedMs: number
  #bytes: number | null = null
  #firstBytes: number | null = null
  #cpuUs: number | null = null

  constructor(plan: Pick<ServePlan, 'cacheDir' | 'repository' | 'containerName' | 'engine'>, options: WatchOptions) {
    const nowMs = options.clock.nowMs()
    this.#plan = plan
    this.#options = options
    this.#phases = new StartPhases(nowMs)
    this.#life = new SignsOfLife(nowMs, options.timeoutMs)
    this.#cpu = containerCpu(plan.containerName, { engine: plan.engine, env: options.env })
    this.#lookedMs = nowMs
  }

  get phase(): StartProgress['phase'] {
    return this.#phases.progress(this.#options.clock.nowMs()).phase
  }

  line(text: string): void {
    const nowMs = this.#options.clock.nowMs()
    this.#life.line(text, nowMs)
    if (this.#phases.read(text, nowMs)) this.#show(nowMs)
  }

  isOver(): boolean {
    return this.#life.isOver(this.#options.clock.nowMs())
  }

  /** Reads the cache and the CPU time from time to time, and shows the progress. */
  async look(): Promise<void> {
    const beforeMs = this.#options.clock.nowMs()
    if (beforeMs - this.#lookedMs >= LOOK_MS) {
      await Promise.all([this.#lookAtCache(), this.#lookAtCpu(beforeMs - this.#lookedMs)])
      this.#lookedMs = beforeMs
    }
    this.#show(this.#options.clock.nowMs())
  }

  /** The phases of a start that is over, and the last progress. */
  ready(): PhaseTime[] {
    const nowMs = this.#options.clock.nowMs()
    const times = this.#phases.times(nowMs)
    this.#options.onPhase?.({ ...this.#phases.progress(nowMs), phase: 'ready', share: null, bytes: null })
    return times
  }

  async #lookAtCache(): Promise<void> {
    const { cacheDir, repository } = this.#plan
    if (repository === null) return
    const bytes = await cacheBytes(cacheDir, repository)
    const nowMs = this.#options.clock.nowMs()
    this.#firstBytes ??= bytes
    if (this.#bytes !== null && bytes > this.#bytes) {
      this.#life.bytes(nowMs)
      if (bytes - this.#firstBytes > DOWNLOAD_BYTES) this.#phases.arrived(bytes, nowMs)
    }
    this.#bytes = bytes
  }

  async #lookAtCpu(passedMs: number): Promise<void> {
    const usage = await this.#cpu()
    const worked = usage !== null && this.#cpuUs !== null ? (usage - this.#cpuUs) / 1000 / passedMs : 0
    if (worked > IDLE_SHARE) this.#life.cpu(this.#options.clock.nowMs())
    if (usage !== null) this.#cpuUs = usage
  }

  #show(nowMs: number): void {
    this.#options.onPhase?.(this.#phases.progress(nowMs))
  }
}
