import type { Gpu } from '../../harness/record/schema/run.ts'

/** The card that is proved: the first that CUDA_VISIBLE_DEVICES names, by index or UUID, else the first of nvidia-smi. */
export function provedCard(gpus: readonly Gpu[], env: NodeJS.ProcessEnv): Gpu | null {
  const named = env['CUDA_VISIBLE_DEVICES']?.split(',')[0]?.trim()
  const chosen = named ? gpus.find(({ uuid, index }) => uuid.startsWith(named) || String(index) === named) : undefined
  return chosen ?? gpus[0] ?? null
}
