/** Programs that run containers and whose command lines are alike. Docker without root is Docker. */
export const containerEngines = ['docker', 'podman'] as const
export type ContainerEngine = (typeof containerEngines)[number]

/**
 * The words that give GPUs to a container, by UUID or index; all GPUs where the list is empty. Podman has no `--gpus`: it
 * takes devices of the Container Device Interface, which `nvidia-ctk cdi generate` names by index and UUID, and its
 * documentation for GPUs turns the SELinux label off.
 */
export function gpuWords(engine: ContainerEngine, gpus: readonly string[]): string[] {
  if (engine === 'podman') {
    const devices = gpus.length === 0 ? ['all'] : gpus
    return [...devices.flatMap((gpu) => ['--device', `nvidia.com/gpu=${gpu}`]), ...labelWords(engine)]
  }
  // docker parses the value as CSV: a list of devices requires quotes
  return ['--gpus', gpus.length === 0 ? 'all' : `"device=${gpus.join(',')}"`]
}

/**
 * The words with which a container may use what is this machine's: under Podman, SELinux keeps it from a folder that is mounted
 * (the cache of weights) and from devices. To relabel the folder would take it from other programs of the user.
 */
export const labelWords = (engine: ContainerEngine): string[] =>
  engine === 'podman' ? ['--security-opt', 'label=disable'] : []

/**
 * An image as this engine finds it. Podman does not assume Docker Hub: without a registry it asks, or fails where nobody can
 * be asked.
 */
export function imageFor(engine: ContainerEngine, image: string): string {
  if (engine === 'docker') return image
  const [first = '', ...rest] = image.split('/')
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  if (hasRegistry) return image
  return rest.length === 0 ? `docker.io/library/${image}` : `docker.io/${image}`
}
