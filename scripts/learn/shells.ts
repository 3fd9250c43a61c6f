/**
 * The completion script of each shell. All of them ask `joulemark complete -- WORDS`, whose answers are lines of a value, a tab
 * and a description, and complete files where there is no answer. No word that is typed is evaluated.
 */
export const completionScripts = {
  bash: `# completion of joulemark in bash 4 and later: source <(joulemark completion bash)
_joulemark() {
  local words=() word
  # bash splits words at = and :
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    [[ $word == '=' ]] || words+=("$word")
  done
  [[ \${COMP_WORDS[COMP_CWORD]} == '=' ]] && words+=('')
  mapfile -t COMPREPLY < <(joulemark complete -- "\${words[@]}" 2>/dev/null)
  COMPREPLY=("\${COMPREPLY[@]%%$'\\t'*}")
}
complete -o default -F _joulemark joulemark
`,
  zsh: `#compdef joulemark
# completion of joulemark in zsh: source <(joulemark completion zsh), after compinit
_joulemark() {
  local -a values texts
  local value text
  while IFS=$'\\t' read -r value text; do
    values+=("$value")
    texts+=("\${value}  \${text}")
  done < <(joulemark complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#values} )); then
    compadd -d texts -a values
  else
    _files
  fi
}
compdef _joulemark joulemark
`,
  fish: `# completion of joulemark in fish: joulemark completion fish | source
function __joulemark_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (joulemark complete -- $words[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c joulemark -f -a '(__joulemark_complete)'
`,
} as const

/** A shell that commands can be completed in. */
export type CompletionShell = keyof typeof completionScripts
export const completionShells = Object.keys(completionScripts) as CompletionShell[]
