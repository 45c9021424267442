import type { FlagRule } from "./flags.ts";

const GREP: FlagRule =
  "-i -v -n -c -l -L -o -w -x -h -H -r -R -E -F -s -q -e: -m: -A: -B: -C: --ignore-case " +
  "--invert-match --line-number --count --files-with-matches --files-without-match " +
  "--only-matching --word-regexp --line-regexp --no-filename --with-filename --recursive " +
  "--extended-regexp --fixed-strings --no-messages --quiet --regexp: --max-count: " +
  "--after-context: --before-context: --context: --include: --exclude: --exclude-dir:";

/**
 * Every command that has an effect where a policy grants it, and the flags that it takes. What
 * executes other commands is not in here (`xargs`, `env`, `timeout`, `time`, `sh`, `eval`, `source`,
 * `command`, `find -exec`), nor what reaches further than files: network, databases, archives.
 * `awk`, `jq` and `sed` are languages of their own, without a way to do either.
 */
export const COMMANDS: Readonly<Record<string, FlagRule>> = {
  awk: "-F: -v:",
  base64: "-d --decode -w: --wrap:",
  basename: "-a -s: --multiple --suffix:",
  cat: "-n --number",
  column: "-t -s: -o: -c: -n",
  comm: "-1 -2 -3",
  cp: "-r -R -p -v -n -f --recursive --verbose",
  cut: "-c: -d: -f: -s --complement --fields: --delimiter: --characters: --only-delimited",
  date: "-u --utc -I -R -d: --date:",
  diff: "-u -q -s -i --unified --brief --ignore-case",
  dirname: "",
  du: "-a -h -s -c -d: --max-depth: --summarize --human-readable",
  echo: "*",
  egrep: GREP,
  expand: "-t: -i --tabs: --initial",
  expr: "*",
  false: "*",
  fgrep: GREP,
  find: "find -name: -iname: -path: -ipath: -type: -size: -mtime: -newer: -maxdepth: -mindepth: " +
    "-regex: -iregex: -empty -print -print0 -printf: -not -a -o -and -or -prune -depth",
  fold: "-w: -s -b --width: --spaces --bytes",
  grep: GREP,
  head: "-n: -c: -q -v -# --lines: --bytes: --quiet --verbose",
  join: "-1: -2: -t: -a: -v: -e: -o: -i",
  jq: "-r -c -n -s -e -S -j -a -C -M -R --arg:: --argjson:: --raw-output --compact-output " +
    "--null-input --slurp --sort-keys --join-output --exit-status --tab --indent:",
  ls: "-l -a -A -1 -h -R -r -t -S -d -F -p --all --almost-all --recursive --reverse",
  mkdir: "-p -v --parents --verbose",
  mv: "-f -n -v --force --no-clobber --verbose",
  nl: "-b: -n: -w: -s: -v: -i:",
  od: "-c -x -t: -A: -N: -j: -An",
  paste: "-d: -s --delimiters: --serial",
  printf: "*",
  rev: "",
  rm: "-r -R -f -v --recursive --force --verbose",
  rmdir: "-p -v --parents --verbose",
  sed: "-n -e: -E -r -i --quiet --silent --expression: --regexp-extended --in-place",
  seq: "-s: -w -f: -# --separator: --equal-width",
  sha256sum: "",
  sort: "-n -r -u -f -b -h -V -M -d -c -s -k: -t: --numeric-sort --reverse --unique " +
    "--ignore-case --key: --field-separator: --stable --check",
  split: "-l: -b: -n: -a: -d --lines: --bytes: --numeric-suffixes --suffix-length:",
  stat: "-c: --format:",
  strings: "-n: -a --bytes:",
  tac: "",
  tail: "-n: -c: -q -v -# --lines: --bytes: --quiet --verbose",
  tee: "-a --append",
  touch: "-c --no-create",
  tr: "-d -s -c -C --delete --squeeze-repeats --complement",
  tree: "-a -d -f -L:",
  true: "*",
  unexpand: "-a -t: --all --tabs:",
  uniq: "-c -d -u -i -f: -s: -w: --count --repeated --unique --ignore-case",
  wc: "-l -w -c -m -L --lines --words --bytes --chars",
};

/** The grammar's own words: part of every line, whatever is granted. */
export const BUILTINS: Readonly<Record<string, FlagRule>> = {
  ":": "*",
  "[": "*",
  break: "*",
  cd: "",
  continue: "*",
  exit: "*",
  export: "",
  pwd: "-L -P",
  read: "-r -d: -n: -p:",
  set: "-e -u -f -o:",
  shift: "*",
  test: "*",
  unset: "-v",
};
