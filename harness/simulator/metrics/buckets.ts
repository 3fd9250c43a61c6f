/** Bucket bounds of vLLM's histograms. */

export const timeToFirstTokenS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
] as const

export const interTokenS = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
] as const

export const requestS = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
] as const

export const iterationTokens = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384] as const

export const requestN = [1, 2, 5, 10, 20] as const

/** 1, 2, 5, 10, 20, 50 … up to the longest sequence. */
export function tokenCounts(maxModelLen: number): number[] {
  const bounds: number[] = []
  for (let magnitude = 1; ; magnitude *= 10) {
    for (const step of [1, 2, 5]) {
      if (step * magnitude > maxModelLen) return bounds
      bounds.push(step * magnitude)
    }
  }
}
