import type { Clock } from '../clock.ts'
import { messageOf } from '../errors.ts'
import { type Signer, sealed, signedInChain } from '../evidence/seal.ts'
import { evaluateGates } from '../gates/evaluate.ts'
import { isQuotable } from '../gates/quotable.ts'
import type { CsvName, RowTypes } from '../record/csv.ts'
import { DiskError } from '../record/disk/disk-error.ts'
import type { Drift } from '../record/schema/result.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { Priming } from '../record/schema/server.ts'
import type { ActiveIdleSpan, CoolDown, Interruption } from '../record/schema/telemetry.ts'
import { simulationStamps } from '../record/simulation-stamps.ts'
import { type RowSink, RunWriter, runId } from '../record/writer.ts'
import type { Watched } from '../telemetry/open.ts'
import { notThisMachine, sharedServer } from '../telemetry/wall/scope.ts'
import type { WallWatched } from '../telemetry/wall/watch.ts'
import { addTrial, type TrialEnd, withoutTrial } from './record/add-trial.ts'
import { asFailed } from './record/failed-record.ts'
import { measuredValues } from './record/measured-values.ts'
import { type Opening, openRecord } from './record/open-record.ts'

const everyRun = ['requests.csv', 'tokens.csv', 'gaps.csv', 'gpu.csv', 'server.csv'] as const

/**
 * Owns the record of one run and its files. Data is on disk when a call returns, and run.json is valid at every moment.
 * A journal ends in one of two ways: `finish`, or `fail` with the reason, which keeps the trials so far.
 */
export class RunJournal implements RowSink {
  readonly #writer: RunWriter
  readonly #clock: Clock
  readonly #signer: Signer | null
  readonly #warn: (message: string) => void
  /** Why the power of this machine, or of its server, is not that of the run. */
  readonly #notOwnPower: string | null
  #record: RunRecord
  /** The last record that was written to disk. */
  #onDisk: RunRecord | null = null
  #idle: ActiveIdleSpan = unknownIdle('the run ended before its idle period')

  /** Makes the folder, the first run.json, then its other files. Throws `environment` on a disk that refuses. */
  static open(opening: Opening): RunJournal {
    const { prepared, options, startedAt } = opening
    const { card, scenario } = prepared
    const id = runId(startedAt, card.key ?? options.card ?? slugOf(card.name) ?? 'no-gpu', scenario.name)
    const journal = new RunJournal(
      opening,
      new RunWriter(options.outDir, id, { secrets: [options.apiKey, ...(options.secrets ?? [])] }),
    )
    try {
      // first the record: a folder without one is no run, and its files could not be read again
      journal.#keep(journal.#record)
      for (const name of everyRun) journal.#writer.openCsv(name)
      if (scenario.kind === 'training') journal.#writer.openCsv('steps.csv')
      if (prepared.gpus.length > 0) journal.#writer.openCsv('counter.csv')
      if (options.wall !== undefined && options.wall.asked !== 'off') journal.#writer.openCsv('wall.csv')
    } catch (error) {
      const failure = journal.fail(error)
      journal.#writer.discardWithoutRecord()
      throw failure
    }
    return journal
  }

  private constructor(opening: Opening, writer: RunWriter) {
    this.#writer = writer
    this.#clock = opening.options.clock
    const { signingKey: key, signingChain: chain = null, progress } = opening.options
    this.#warn = (message) => progress.warn(message)
    this.#signer = key ? { key, chain, warn: this.#warn } : null
    this.#record = openRecord(writer.id, opening)
    const { prepared, options } = opening
    this.#notOwnPower = sharedServer(prepared.gpus, options.box) ?? notThisMachine(prepared)
  }

  get directory(): string {
    return this.#writer.directory
  }

  get record(): RunRecord {
    return this.#record
  }

  append<Name extends CsvName>(name: Name, rows: readonly RowTypes[Name][]): void {
    this.#writer.append(name, rows)
  }

  /** The idle period before the load, or why there was none. It is stored with the telemetry. */
  idle(span: { readonly startMs: number; readonly endMs: number } | { readonly reason: string }): void {
    this.#idle = 'reason' in span ? unknownIdle(span.reason) : { ...span, powerW: null, pstates: [] }
  }

  /** Adds one wait for the cards to cool. */
  coolDown(wait: CoolDown): void {
    this.#keep({ ...this.#record, coolDowns: [...(this.#record.coolDowns ?? []), wait] })
  }

  /** Adds something that made the time of the run uneven. It is written with the next part of the record. */
  interruption(interruption: Interruption): void {
    this.#record = { ...this.#record, interruptions: [...(this.#record.interruptions ?? []), interruption] }
  }

  /** Adds the phase that sent the shared prefixes. */
  priming(priming: Priming): void {
    this.#keep({ ...this.#record, priming })
  }

  trial(end: TrialEnd): void {
    this.#keep(addTrial(this.#record, end))
  }

  /** A trial that was cut: what it tells of server and command is kept, and its rows are, but no value of it. */
  cutTrial(end: TrialEnd, reason: string): void {
    this.#keep({ ...withoutTrial(this.#record, end), failure: reason })
  }

  /** Memory ran out: the trials stay in the record, and its result is empty because the scenario did not complete. */
  outOfMemory(evidence: string): void {
    this.#keep({ ...this.#record, result: {}, converged: null, oom: { evidence } })
  }

  /** Adds the observations of the cards other than their samples. */
  telemetry(watched: Watched): void {
    this.#record = { ...this.#record, telemetry: { ...watched, idle: this.#idle, trials: [] } }
  }

  /** Adds what was read of the power of CPUs and server. One simulated source makes the run simulated. */
  wall(watched: WallWatched): void {
    const shared = watched.sources.some(({ rows }) => rows > 0) ? sharedOf(this.#record) : this.#notOwnPower
    const simulated = watched.sources
      .filter(({ by }) => simulationStamps(by).length > 0)
      .map(({ by }) => `power: ${by}`)
    this.#record = {
      ...this.#record,
      ...(simulated.length === 0
        ? {}
        : { source: 'simulated', sourceEvidence: [...this.#record.sourceEvidence, ...simulated] }),
      wall: { ...watched, cpu: null, server: null, ...(shared === null ? {} : { shared }) },
    }
  }

  drift(drift: Drift): void {
    this.#record = { ...this.#record, drift }
  }

  /** Computes from the samples on disk what cards, CPUs and server used in each trial. */
  async cardValues(): Promise<void> {
    for (const withValues of measuredValues) this.#record = await withValues(this.directory, this.#record)
  }

  /** Evaluates the gates, seals and signs. If it throws, call `fail` with the error. */
  async finish(end: Pick<RunRecord, 'status' | 'failure'>): Promise<void> {
    const { process: _, ...ended } = this.#record
    // before the gates quote its texts, and before it is sealed
    const record = this.#writer.masked({ ...ended, ...end })
    const gates = evaluateGates(record)
    const quotable = isQuotable({ ...record, gates })
    const files = this.#writer.closeFiles()
    this.#keep(sealed({ ...record, endedAt: this.#now(), gates, quotable, files }))
    if (this.#signer) this.#keep(await signedInChain(this.directory, this.#record, this.#signer))
  }

  /**
   * Ends the record as `failed` with the reason, and returns the error to report. A part that does not fit the schema is
   * dropped and named in the reason. Never throws, because its caller already handles an error. On a full disk the last
   * record written stays, and the returned error says so.
   */
  fail(error: unknown): unknown {
    const ending = { failure: messageOf(error), endedAt: this.#now(), files: this.#files() }
    const refusals: unknown[] = []
    // if this record cannot be written, use the last one on disk
    for (const record of [this.#record, this.#onDisk]) {
      if (record === null) continue
      try {
        this.#keep(sealed(this.#writer.masked(asFailed(record, ending))))
        return error
      } catch (refusal) {
        refusals.push(refusal)
      }
    }
    const ofDisk = refusals.find((refusal) => refusal instanceof DiskError)
    if (ofDisk) return this.#notEnded(error, ofDisk)
    this.#warn(`the record of the run could not be ended: ${refusals.map(messageOf).join('; ')}`)
    return error
  }

  /** The disk that ended the run does not take the end of its record either: one error, and what is left. */
  #notEnded(error: unknown, refusal: DiskError): DiskError {
    const what = error instanceof DiskError ? error.message : `${messageOf(error)}; ${refusal.message}`
    return new DiskError(`${what}; ${this.#left()}`, error)
  }

  /** What a run that could not be ended leaves behind. */
  #left(): string {
    if (this.#onDisk === null) return 'nothing was measured'
    if (!this.#writer.hasRecord()) return 'the run is lost'
    const trials = this.#onDisk.trials.length
    return `the record keeps ${trials} finished trials and all rows; then run \`joulemark close ${this.directory}\``
  }

  #keep(record: RunRecord): void {
    this.#record = record
    this.#writer.writeRecord(record)
    this.#onDisk = record
  }

  #files(): RunRecord['files'] {
    try {
      return this.#writer.closeFiles()
    } catch {
      // the first call closed what it could; the error that led here is reported already
      return this.#writer.closeFiles()
    }
  }

  #now(): string {
    return this.#clock.wall().toISOString()
  }
}

/** A card that is not in the catalogue, in the name of a folder: "NVIDIA GB10" is nvidia-gb10. */
const slugOf = (name: string | null): string | null =>
  name === null
    ? null
    : name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '') || null

/** Why the power of the server is not that of this run alone. */
const sharedOf = ({ gpus, box }: RunRecord): string | null => sharedServer(gpus, box)

const unknownIdle = (reason: string): ActiveIdleSpan => ({
  startMs: null,
  endMs: null,
  powerW: null,
  pstates: [],
  reason,
})
