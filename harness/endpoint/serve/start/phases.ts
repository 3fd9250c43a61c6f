import type { StartPhase } from '../../../record/schema/server.ts'

/** What a start does now, and how long it has done so. */
export interface StartProgress {
  readonly phase: StartPhase | 'ready'
  readonly phaseMs: number
  readonly totalMs: number
  /** Share of the phase that is done, from the bar that the server draws; null where it draws none. */
  readonly share: number | null
  /** Bytes of the weights on this machine, while they are downloaded; null in other phases. */
  readonly bytes: number | null
}

/** A phase of a start with its duration. */
export interface PhaseTime {
  readonly phase: StartPhase
  readonly seconds: number
}

/**
 * Phrases that begin a phase, first match first. Of Docker and Podman; of vLLM 0.9 to 0.33 with its V1 engine, torch.compile
 * and FlashInfer (published start-up logs, 2025-02 to 2026-09); of SGLang and of pipelines of diffusers.
 */
const signs: readonly (readonly [StartPhase | 'ready', RegExp])[] = [
  [
    'image',
    /^Unable to find image |: Pulling (?:from|fs layer)|: (?:Download|Pull) complete$|^Trying to pull |^Copying blob /,
  ],
  ['ready', /Application startup complete/],
  [
    'compile',
    /Using cache directory: .* for vLLM's torch\.compile|Dynamo bytecode transform time|Compiling a graph for|Cache the graph of|Directly load(?:ed)? the compiled graph/,
  ],
  ['tune', /Autotuning process starts|\[AutoTuner\]: Tuning|DeepGemm.*[Ww]arm-?up/],
  ['graphs', /Capturing CUDA graph|Capturing batches|Capture cuda graph begin/],
  [
    'warm-up',
    /Model loading took|torch\.compile (?:takes|and initial profiling)|Autotuning process ends|Graph capturing finished|Capture cuda graph end|Load weight end/,
  ],
  [
    'load',
    /Starting to load model|Loading model from scratch|Loading (?:safetensors|pt) checkpoint shards|Loading weights|Loading pipeline components|Load weight begin/,
  ],
  ['boot', /version \d|non-default args|Initializing a V\d LLM engine|Resolved architecture/],
]

/** A download that has ended: vLLM says so afterwards. */
const DOWNLOADED = /Time spent downloading weights for .*: ([\d.]+) seconds/
/** The state of a bar, such as `25% Completed` or `67%|███`. */
const BAR = /:\s+(\d{1,3})%(?: Completed)?\s*\|/g

/**
 * Follows the phases of a start from the lines of its log. Several processes of one server write one log, so a phase may come
 * twice: its times are added.
 */
export class StartPhases {
  readonly #totalsMs = new Map<StartPhase, number>()
  readonly #beganMs: number
  #phase: StartPhase | 'ready' = 'boot'
  #sinceMs: number
  #share: number | null = null
  #bytes: number | null = null

  constructor(nowMs: number) {
    this.#beganMs = nowMs
    this.#sinceMs = nowMs
  }

  /** Reads a line. Returns whether another phase has begun. */
  read(line: string, nowMs: number): boolean {
    const downloaded = DOWNLOADED.exec(line)?.[1]
    if (downloaded !== undefined) return this.#downloadEnded(Number(downloaded) * 1000, nowMs)
    const begun = signs.find(([, pattern]) => pattern.test(line))?.[0]
    const changed = begun !== undefined && this.#enter(begun, nowMs)
    const bar = [...line.matchAll(BAR)].at(-1)?.[1]
    if (bar !== undefined) this.#share = Math.min(1, Number(bar) / 100)
    return changed
  }

  /** Bytes of the weights have arrived: the server downloads, whatever its last line was. Returns whether that is new. */
  arrived(bytes: number, nowMs: number): boolean {
    const changed = this.#phase !== 'load' || this.#share === null ? this.#enter('download', nowMs) : false
    if (this.#phase === 'download') this.#bytes = bytes
    return changed
  }

  progress(nowMs: number): StartProgress {
    return {
      phase: this.#phase,
      phaseMs: nowMs - this.#sinceMs,
      totalMs: nowMs - this.#beganMs,
      share: this.#share,
      bytes: this.#bytes,
    }
  }

  /** The phases until now, in their order, in tenths of a second. */
  times(nowMs: number): PhaseTime[] {
    const totals = new Map(this.#totalsMs)
    if (this.#phase !== 'ready') totals.set(this.#phase, (totals.get(this.#phase) ?? 0) + nowMs - this.#sinceMs)
    return [...totals].map(([phase, ms]) => ({ phase, seconds: Math.round(ms / 100) / 10 }))
  }

  #enter(phase: StartPhase | 'ready', nowMs: number): boolean {
    if (phase === this.#phase || this.#phase === 'ready') return false
    this.#add(this.#phase, nowMs - this.#sinceMs)
    this.#phase = phase
    this.#sinceMs = nowMs
    this.#share = null
    this.#bytes = null
    return true
  }

  #add(phase: StartPhase | 'ready', ms: number): void {
    if (phase !== 'ready') this.#totalsMs.set(phase, (this.#totalsMs.get(phase) ?? 0) + ms)
  }

  /** What was taken for loading until now was a download of this length. */
  #downloadEnded(ms: number, nowMs: number): boolean {
    if (this.#phase === 'download') return this.#enter('load', nowMs)
    const downloadMs = Math.min(ms, nowMs - this.#sinceMs)
    this.#add('download', downloadMs)
    this.#sinceMs += downloadMs
    return this.#enter('load', nowMs)
  }
}
