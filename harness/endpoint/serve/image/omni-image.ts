/**
 * vLLM-Omni, which answers /v1/images/generations. Its release 0.30 has a pipeline for each image model of the catalogue:
 * StableDiffusionXL, StableDiffusion3, Flux, Flux2, QwenImage, ZImage (vllm_omni/diffusion/registry.py). The digest is that of
 * Docker Hub, as pinned by public repositories (2026-10).
 */
export const OMNI_IMAGE = {
  repository: 'vllm/vllm-omni',
  tag: 'v0.30.0',
  digest: 'sha256:fc77cfaac7b1b43c30cbf32eaea214864434c6e0f303e6e9eb9f64104241a994',
} as const
