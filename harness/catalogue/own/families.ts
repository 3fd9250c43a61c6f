/** What follows from the compute capability alone, for cards that the catalogue does not know. */
interface Family {
  readonly architecture: string
  /** FP32 cores per SM. */
  readonly coresPerSm: number
  /** The kind of memory on every card of this capability; null where it is neither, as on boards that share it with the CPU. */
  readonly memory: 'GDDR' | 'HBM' | null
}

/** FP32 cores per SM: NVIDIA CUDA C++ programming guide, arithmetic instructions, and cuda-samples, helper_cuda.h. */
const families: Readonly<Record<string, Family>> = {
  '6.0': { architecture: 'Pascal', coresPerSm: 64, memory: 'HBM' },
  '6.1': { architecture: 'Pascal', coresPerSm: 128, memory: 'GDDR' },
  '7.0': { architecture: 'Volta', coresPerSm: 64, memory: 'HBM' },
  '7.5': { architecture: 'Turing', coresPerSm: 64, memory: 'GDDR' },
  '8.0': { architecture: 'Ampere', coresPerSm: 64, memory: 'HBM' },
  '8.6': { architecture: 'Ampere', coresPerSm: 128, memory: 'GDDR' },
  '8.9': { architecture: 'Ada Lovelace', coresPerSm: 128, memory: 'GDDR' },
  '9.0': { architecture: 'Hopper', coresPerSm: 128, memory: 'HBM' },
  '10.0': { architecture: 'Blackwell', coresPerSm: 128, memory: 'HBM' },
  '10.3': { architecture: 'Blackwell', coresPerSm: 128, memory: 'HBM' },
  '12.0': { architecture: 'Blackwell GB20x', coresPerSm: 128, memory: 'GDDR' },
  '12.1': { architecture: 'Blackwell GB10', coresPerSm: 128, memory: null },
}

/** The family of a compute capability such as `8.9`; null for one that is not known. */
export const familyOf = (computeCapability: string | null | undefined): Family | null =>
  computeCapability == null || !Object.hasOwn(families, computeCapability)
    ? null
    : (families[computeCapability] ?? null)
