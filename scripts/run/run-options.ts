import { cpus } from 'node:os'
import { systemClock } from '../../harness/clock.ts'
import { readSecret } from '../../harness/endpoint/access/secret.ts'
import { chainOfKey, loadKey, loadOrMakeKey } from '../../harness/record/signing/key-file.ts'
import type { Progress } from '../../harness/run/progress.ts'
import type { RunOptions } from '../../harness/run/run-options.ts'
import { systemHost } from '../../harness/telemetry/wall/host.ts'
import { openLive } from '../live/live.ts'
import type { CommandIo } from '../support/io.ts'
import { toolInfo } from '../support/tool-info.ts'
import type { RunFlags } from './run-flags.ts'

/** Flags and environment as the options of a run. Without `progress` it has a live display of its own. */
export function runOptions(
  flags: RunFlags,
  io: CommandIo,
  signals: { readonly drain: AbortSignal; readonly abort: AbortSignal },
  progress: Progress = openLive(io.stderr, { isShown: flags.progress }).lane(),
): RunOptions {
  const named = flags.nvidiaSmi ?? io.env['JOULEMARK_NVIDIA_SMI']
  const signingKey = loadKey(io.env)
  return {
    clock: systemClock,
    endpoint: flags.endpoint ?? '',
    // the key of a real server is sent to no simulator
    apiKey: flags.endpoint === undefined || flags.simulate !== undefined ? null : readSecret(io.env, 'OPENAI_API_KEY'),
    servedAs: flags.servedAs,
    nvidiaSmi: flags.gpu ? { path: named || 'nvidia-smi', required: Boolean(named) } : null,
    wall: { asked: flags.wall ?? 'auto', host: systemHost(io.config?.wall ?? {}, io.env) },
    outDir: flags.out,
    card: flags.card ?? null,
    gpus: flags.gpus ?? [],
    trials: flags.trials ?? null,
    // one thread displays, samples and writes; the others generate load
    workers: flags.workers ?? Math.max(1, Math.min(8, cpus().length - 1)),
    calibrate: flags.calibrate,
    tool: toolInfo(),
    signingKey,
    signingChain: chainOfKey(io.env, signingKey),
    newSigningKey: () => loadOrMakeKey(io.env),
    progress,
    drain: signals.drain,
    abort: signals.abort,
  }
}
