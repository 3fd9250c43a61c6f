import { DiskError } from '../../record/disk/disk-error.ts'
import type { CardProbe } from '../../record/schema/card-probe.ts'
import type { PlannedPart, PlannedRun, PlannedServer, PlannedStage } from '../plan/box-plan.ts'
import { type BoxState, type BoxStep, keepStep } from '../state.ts'
import type { SharedCause } from './start-reach.ts'
import type { TimeLeft } from './time-left.ts'
import type { MeasureTools } from './tools.ts'

/** What the stages and lanes of one measurement share: its state on disk, its clock, and what ends it. */
export class Night {
  readonly tools: MeasureTools
  readonly left: TimeLeft
  /** Aborted by an interrupt, and by a disk that takes no more: nothing further starts. */
  readonly stops: AbortSignal
  /** Causes of failed starts that other servers share. */
  readonly causes: SharedCause[] = []
  readonly #halt = new AbortController()
  readonly #outDir: string
  readonly #probes = new Map<string, CardProbe>()
  #state: BoxState
  #diskError: DiskError | null = null

  constructor(outDir: string, state: BoxState, left: TimeLeft, tools: MeasureTools) {
    this.#outDir = outDir
    this.#state = state
    this.left = left
    this.tools = tools
    this.stops = AbortSignal.any([tools.signal, this.#halt.signal])
  }

  get state(): BoxState {
    return this.#state
  }

  /** Ends all lanes: the disk takes no more. */
  halt(error: DiskError): void {
    this.#diskError ??= error
    this.#halt.abort()
  }

  /** Why the night ended before its plan was done: its disk, or a cause that every server shares; null where it did not. */
  get ends(): string | null {
    return this.#diskError?.message ?? this.causes.find(({ isOfBox }) => isOfBox)?.reason ?? null
  }

  /** Keeps the outcome of a step. A disk that does not take it ends the night. */
  keep(name: string, step: BoxStep): void {
    try {
      this.#state = keepStep(this.#outDir, this.#state, step)
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.halt(error)
    }
    this.tools.say(`${name}: ${outcomeWords[step.outcome]}${step.reason === null ? '' : `: ${step.reason}`}`)
  }

  /** Keeps what the cards of a server did alone, for their first run. */
  keepProbe(server: PlannedServer, probe: CardProbe): void {
    this.#probes.set(cardsKey(server), probe)
  }

  /** The probe of the cards of a server, until a run has kept it: later runs of the cards do not repeat its figures. */
  probeOf(server: PlannedServer): { readonly cardProbe?: CardProbe } {
    const probe = this.#probes.get(cardsKey(server))
    return probe === undefined ? {} : { cardProbe: probe }
  }

  dropProbe(server: PlannedServer): void {
    this.#probes.delete(cardsKey(server))
  }

  /** A run as it is called in the log: its cards where there are several, and its start where there are several. */
  nameOf(stage: PlannedStage, part: PlannedPart, server: PlannedServer, run: PlannedRun): string {
    const { number, of } = stage.start
    const start = of === 1 ? [] : [`start ${number} of ${of}`]
    const kind = this.#state.cards.length === 1 ? [] : [part.kind]
    return `${this.cardsOf(server)}${[run.name, ...kind, ...start].join(', ')}`
  }

  /** `GPU 0: ` or `GPU 0+1: `; empty on a box with one card. */
  cardsOf({ cards }: PlannedServer): string {
    return this.#state.cards.length === 1 ? '' : `GPU ${cards.map(({ index }) => index).join('+')}: `
  }

  /** A line with the time that is left. */
  sayLeft(name: string, stage: number, run?: Parameters<TimeLeft['read']>[1]): void {
    const { run: ofRun, stage: ofStage, plan } = this.left.read(stage, run)
    const times = [
      ...(run === undefined ? [] : [{ time: minutesText(ofRun), of: 'left' }]),
      { time: minutesText(ofStage), of: 'left with this server' },
      { time: minutesText(plan), of: 'in all' },
    ]
    // the same time is said once, as that of the largest part
    const said = times.filter(({ time }, at) => times.findLastIndex((other) => other.time === time) === at)
    const words = said.length === 1 ? [`${said[0]?.time} left in all`] : said.map(({ time, of }) => `${time} ${of}`)
    this.tools.say(`${name}: ${words.join(', ')}`)
  }
}

const outcomeWords: Record<BoxStep['outcome'], string> = { done: 'done', failed: 'failed', 'left-out': 'skipped' }

const cardsKey = ({ cards }: PlannedServer): string => cards.map(({ uuid }) => uuid).join(' ')

/** Estimates are upper limits: a second more precision would be false. */
const minutesText = (minutes: number): string => (minutes < 1 ? 'less than 1 min' : `about ${Math.ceil(minutes)} min`)
