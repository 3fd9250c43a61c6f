/* What was found out about a box before anything is started on it. Plain data: the checks and the narrowing of a plan read it. */

/** Why something is not known, in one sentence. Unknown is never a fault. */
export interface Unknown {
  readonly state: 'unknown'
  readonly reason: string
}

/** Something that is known to be wrong, and what to type. */
export interface Fault {
  readonly state: 'fault'
  readonly text: string
  readonly fix: string
}

/** Something that was looked at: it is well, with what was read; it is wrong; or it is not known. */
export type Finding<Read extends object = object> = ({ readonly state: 'well' } & Read) | Fault | Unknown

export const fault = (text: string, fix: string): Fault => ({ state: 'fault', text, fix })
export const unknown = (reason: string): Unknown => ({ state: 'unknown', reason })

/** The program that runs containers. */
export interface EngineFacts {
  readonly engine: 'docker' | 'podman'
  readonly version: string
  readonly rootless: boolean
  /** The stand-in of the simulator: nothing is downloaded, because no server of it loads weights. */
  readonly simulated: boolean
  /** Folder of the images on this machine; null where the engine keeps them elsewhere, as in a virtual machine. */
  readonly imagesFolder: string | null
  /** Why containers may not run on this machine; null where they do. */
  readonly elsewhere: string | null
  /** The proxies of the engine, by the names of their variables; a value whose password is hidden is left out. */
  readonly proxies: Readonly<Record<string, string>>
  /** It has a proxy whose password it does not show: what it reaches cannot be tried from here. */
  readonly hasHiddenProxy: boolean
  /** Addresses of mirrors of Docker Hub that the engine asks first. */
  readonly mirrors: readonly string[]
}

/** The GPUs that a container sees. */
export interface ContainerGpus {
  /** Image that the trial used. */
  readonly image: string
  readonly uuids: readonly string[]
}

/** Where an image comes from. */
export interface ImageSource {
  readonly where: 'here' | 'registry'
  /** Digest of the image, as the engine or the registry names it; null where neither says. */
  readonly digest: string | null
  /** Bytes on disk of an image that is here; null for one that is not. */
  readonly bytes: number | null
  /** Pulls that are left without an account; null where the registry does not count. */
  readonly pullsLeft?: number | null
}

/** The weights of a repository, and what of them is on this machine. */
export interface WeightsFacts {
  readonly repository: string
  /** Bytes of the whole; null where nobody says. */
  readonly bytes: number | null
  /** Bytes that are in the cache: of finished files, and of files that are half there. */
  readonly cachedBytes: number
  readonly partialBytes: number
  /** Whether a server can load them without a network. */
  readonly isComplete: boolean
}

/** A file system, as far as a download is concerned. */
export interface DiskFacts {
  readonly folder: string
  readonly freeBytes: number
  /** Equal for two folders of one file system. */
  readonly device: number
}

export interface HubFacts {
  /** Host of the hub, or of the mirror that HF_ENDPOINT names. */
  readonly host: string
  readonly isMirror: boolean
  /** Whether an answer came, and after how long. */
  readonly reach: Finding<{ readonly answerMs: number }>
  /** The account of the token; null without a token. */
  readonly token: Finding<{ readonly user: string | null }> | null
  /** May the repository be read? Only for what is not in the cache. */
  readonly access: readonly { readonly repository: string; readonly finding: Finding }[]
  /** Bytes per second of one connection. */
  readonly rate: Finding<{ readonly bytesPerS: number }>
  /** This machine's clock minus that of the hub, in seconds. */
  readonly clockOffsetS: Finding<{ readonly seconds: number }>
}

/** Everything that was found out. */
export interface PreflightFacts {
  readonly engine: Finding<EngineFacts>
  readonly gpus: Finding<ContainerGpus>
  readonly images: readonly { readonly image: string; readonly finding: Finding<ImageSource> }[]
  readonly weights: readonly WeightsFacts[]
  readonly disks: { readonly images: Finding<DiskFacts>; readonly weights: Finding<DiskFacts> }
  /** Why the network may not be used; null where it may. */
  readonly offline: string | null
  readonly hub: HubFacts
  /** What of the proxies of this shell does not reach the containers; and what is used. */
  readonly proxies: { readonly used: readonly string[]; readonly notes: readonly string[] }
  readonly ports: readonly { readonly port: number; readonly finding: Finding<{ readonly leftover: string | null }> }[]
  readonly key: Finding<{ readonly path: string; readonly isMade: boolean }>
}
