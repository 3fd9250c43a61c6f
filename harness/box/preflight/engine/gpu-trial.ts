import { owned, ownerText } from '../../../endpoint/serve/container.ts'
import { gpuWords, imageFor } from '../../../endpoint/serve/engine/engine.ts'
import { type ContainerGpus, type EngineFacts, type Finding, fault, unknown } from '../facts.ts'
import type { PreflightTools, ProgramEnd } from '../tools.ts'
import { faultIn, shortened } from './read-engine.ts'
import { imageHere } from './read-images.ts'

/** A start from an image that is there; a large image on a slow disk takes seconds. */
const RUN_TIMEOUT_MS = 30_000
/** 30 MB over a slow line take longer, and then nothing is known. */
const PULL_TIMEOUT_MS = 8000

/** An image of some 30 MB: the runtime of NVIDIA brings `nvidia-smi` into any image with the C library of GNU. */
const SMALL_IMAGE = 'ubuntu:24.04'

/** What the trial needs to know. */
export interface TrialQuestions {
  readonly engine: EngineFacts
  /** Images of the plan that are on this machine. */
  readonly imagesHere: readonly string[]
  readonly offline: string | null
}

/**
 * Starts a container that lists its GPUs and ends: in an image of the plan where one is here, else in a small one, which is
 * pulled where that is allowed. Nothing else shows whether the runtime of NVIDIA works: its parts may all be there.
 */
export async function gpuTrial(
  { engine, imagesHere, offline }: TrialQuestions,
  tools: PreflightTools,
): Promise<Finding<ContainerGpus>> {
  const image = imagesHere[0] ?? (await smallImage(offline, tools))
  if (typeof image !== 'string') return image
  const name = `joulemark-preflight-${process.pid}`
  const words = [
    ...owned(['run', '--rm', '--name', name], ownerText()),
    ...gpuWords(tools.engine, []),
    ...tools.engineArgs,
    ...['--entrypoint', 'nvidia-smi', image, '-L'],
  ]
  const end = await tools.run(tools.engine, words, RUN_TIMEOUT_MS)
  if (!('absent' in end) && end.code === null) await tools.run(tools.engine, ['rm', '--force', name], PULL_TIMEOUT_MS)
  return trialFinding(end, image, engine)
}

/** What the trial showed; exported for tests of its texts. */
export function trialFinding(
  end: ProgramEnd,
  image: string,
  kind: Pick<EngineFacts, 'engine' | 'rootless'>,
): Finding<ContainerGpus> {
  if ('absent' in end) return unknown(end.absent)
  if (end.code === null) return unknown(`a container of ${image} did not end in ${RUN_TIMEOUT_MS / 1000} s`)
  const uuids = [...end.stdout.matchAll(/^GPU \d+: .*\(UUID: (GPU-[\w-]+)\)/gm)].map(([, uuid = '']) => uuid)
  if (end.code === 0 && uuids.length > 0) return { state: 'well', image, uuids }
  const known = faultIn(end, kind)
  // one of all cards is lost: the servers of the others are tried
  if (known?.cause === 'no-device' && /nvidia-container-cli/.test(known.line)) return unknown(shortened(known.line))
  if (known !== null) return fault(shortened(known.line), known.fix)
  if (end.code === 0)
    return fault(
      `a container of ${image} sees no GPU: ${shortened(end.stdout) || 'nvidia-smi -L prints nothing'}`,
      'nvidia-smi -L',
    )
  const line = end.stderr.split('\n').find((each) => each.trim() !== '') ?? `exit code ${end.code}`
  if (/exec.*nvidia-smi|nvidia-smi.*(?:not found|no such file)/i.test(end.stderr)) {
    return fault(
      `the container started without the driver of NVIDIA: ${shortened(line)}`,
      kind.engine === 'podman'
        ? 'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml'
        : 'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
    )
  }
  return fault(shortened(line), `${kind.engine} run --rm ${gpuWords(kind.engine, []).join(' ')} ${image} nvidia-smi -L`)
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''

/** The small image, where it is here or can be pulled; else why there is no trial. */
async function smallImage(offline: string | null, tools: PreflightTools): Promise<string | Finding<never>> {
  const image = imageFor(tools.engine, SMALL_IMAGE)
  const here = await imageHere(image, tools)
  if (here.state === 'well') return image
  const why = `no image to try it with: none of the plan is here, nor ${SMALL_IMAGE}`
  if (offline !== null) return unknown(`${why} (${offline})`)
  if (!tools.mayPull) return unknown(`${why}, and nothing is pulled for a plan that is only printed`)
  const pulled = await tools.run(tools.engine, ['pull', '--quiet', image], PULL_TIMEOUT_MS)
  if (!('absent' in pulled) && pulled.code === 0) return image
  const late = 'absent' in pulled || pulled.code === null
  const said = late ? `in ${PULL_TIMEOUT_MS / 1000} s` : `(${shortened(lastLine(pulled.stderr))})`
  return unknown(`${why}, which could not be pulled ${said}`)
}
