/** The shells that completion is there for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of them. */
export type Shell = (typeof SHELLS)[number];

/** The word that a shell asks by; everything after it is what was typed so far. */
export const COMPLETE = "__complete";

/** What a shell evaluates to complete `cloister`: it asks the program itself. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_cloister() {
  local IFS=$'\\n'
  COMPREPLY=($(cloister ${COMPLETE} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _cloister cloister
`,
  zsh: `#compdef cloister
_cloister() {
  local -a found
  found=(\${(f)"$(cloister ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null |
    sed -e 's/:/\\\\:/g' -e $'s/\\t/:/')"})
  if (( $#found )); then _describe -V cloister found; else _files; fi
}
compdef _cloister cloister
`,
  fish: `function __cloister_complete
  set -l words (commandline -opc) (commandline -ct)
  cloister ${COMPLETE} $words[2..-1] 2>/dev/null
end
complete -c cloister -f -a '(__cloister_complete)'
`,
};
