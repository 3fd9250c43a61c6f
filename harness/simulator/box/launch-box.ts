import { delimiter } from 'node:path'
import { launchProgram, type RunningSimulator } from '../launch.ts'
import { type BoxOptions, boxArguments, boxDefaults } from './box-options.ts'

/** A simulated box that runs in a separate process. */
export interface RunningBox extends Pick<RunningSimulator, 'nvidiaSmi' | 'ended' | 'stop'> {
  /** Folder with its nvidia-smi, docker, podman and dmesg. */
  readonly folder: string
  /** PATH with that folder first. */
  readonly path: string
}

/** Starts a simulated box. It ends with this process, even if this process crashes. */
export async function launchBox(options: Pick<BoxOptions, 'card' | 'gpus'> & Partial<BoxOptions>): Promise<RunningBox> {
  const args = boxArguments({ ...boxDefaults, ...options })
  const { line, ended, stop } = await launchProgram(new URL('process.ts', import.meta.url), args)
  const { folder, nvidiaSmi } = JSON.parse(line) as { folder: string; nvidiaSmi: string }
  return { folder, nvidiaSmi, path: `${folder}${delimiter}${process.env['PATH'] ?? ''}`, ended, stop }
}
