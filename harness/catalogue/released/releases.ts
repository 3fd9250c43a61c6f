import { deepseekReleases } from './families/deepseek.ts'
import { embeddingReleases } from './families/embeddings.ts'
import { gemmaReleases } from './families/gemma.ts'
import { glmReleases } from './families/glm.ts'
import { llamaReleases } from './families/llama.ts'
import { microsoftReleases } from './families/microsoft.ts'
import { mistralReleases } from './families/mistral.ts'
import { nemotronReleases } from './families/nemotron.ts'
import { openaiReleases } from './families/openai.ts'
import { qwen2Releases } from './families/qwen2.ts'
import { qwen35Releases } from './families/qwen3.5.ts'
import { qwen3Releases } from './families/qwen3.ts'
import { qwen3NextReleases } from './families/qwen3-next.ts'
import type { Release } from './release.ts'

/** All released models of the catalogue, by family. */
export const releases: readonly Release[] = [
  ...llamaReleases,
  ...qwen2Releases,
  ...qwen3Releases,
  ...qwen3NextReleases,
  ...qwen35Releases,
  ...openaiReleases,
  ...gemmaReleases,
  ...mistralReleases,
  ...microsoftReleases,
  ...deepseekReleases,
  ...glmReleases,
  ...nemotronReleases,
  ...embeddingReleases,
]
