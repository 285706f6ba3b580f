#!/usr/bin/env bash
# Everything there is to check: restore, build, format, all suites. Ends with one line: N passed, N failed, N skipped.
#
#   bash tests/run.sh            what CI runs
#   bash tests/run.sh --full     also the long matrices (every kill point, the full fuzz, ten minutes of process faults)
#   bash tests/run.sh --native   the same with the command published as machine code (docs/guides/native.md)
#   bash tests/run.sh Core Cli   only the suites with these names
#   bash tests/run.sh --seeds 100000 Simulation        more of the simulation
#   bash tests/run.sh --seed 172 --trace Simulation    one execution of it, step by step
set -uo pipefail
cd "$(dirname "$0")/.."

configuration=Release
results=.artifacts/results
suites=()
native=
report=(--logger "console;verbosity=minimal") # what failed, and why
longest_test=10m # one that takes longer hangs: it is named and fails, and the other suites go on
while [ $# -gt 0 ]; do
  case "$1" in
    --full) export AGENTS_FULL=1 AGENTS_FUZZ=100000 AGENTS_FAULT_MINUTES=${AGENTS_FAULT_MINUTES:-10} && longest_test=4h ;;
    --seeds) export AGENTS_SEEDS=${2:?--seeds takes a number} && shift ;;
    --seed) export AGENTS_SEED=${2:?--seed takes a number} && shift ;;
    --native) native=.artifacts/native ;;
    --trace) export AGENTS_TRACE=1 && report=(--logger "console;verbosity=detailed") ;;
    --help | -h) sed -n '2,9p' "$0" | cut -c3-; exit 0 ;;
    -*) echo "unknown option $1; see --help" >&2; exit 2 ;;
    *) suites+=("$1") ;;
  esac
  shift
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
passed=0 failed=0 skipped=0
failures=()
left_out=

step() { printf '\n== %s\n' "$1"; }

finish() {
  if [ ${#failures[@]} -gt 0 ]; then
    step "what failed"
    printf '%s\n' "${failures[@]}"
  fi
  [ -z "$left_out" ] || printf '\nskipped: %s\n' "$left_out"
  printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" -eq 0 ]
  exit
}

check() { # name, command...: one check that is no test suite
  local name=$1
  shift
  step "$name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures+=("$name")
    return 1
  fi
}

count() { # suite: adds up what its report says
  local report=$results/$1.trx line
  line=$(grep -m1 -o '<Counters [^>]*>' "$report" 2>/dev/null) || return 1
  number() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<<"$line"; }
  passed=$((passed + $(number passed)))
  failed=$((failed + $(number failed)))
  skipped=$((skipped + $(number total) - $(number executed)))
  [ "$(number executed)" -gt 0 ]
}

run() { # suite
  dotnet test "tests/Orleans.Agents.$1.Tests" -c $configuration --no-build --nologo -v q --results-directory "$results" \
    --logger "trx;LogFileName=$1.trx" "${report[@]}" --collect "XPlat Code Coverage;SingleHit=true" \
    --blame-hang-timeout $longest_test --blame-hang-dump-type none
}

run_suite() { # suite, command...: runs it by this command, and counts
  local name=$1
  shift
  step "$name"
  "$@" "$name" || failures+=("$name")
  if ! count "$name"; then
    failed=$((failed + 1))
    failures+=("$name ran no test, or did not come to an end")
  fi
}

# What only computes goes on aside while other suites wait for processes and leases, with what those leave of the processors:
# they are as quick as alone. No test aside may ask what time it is, as those of Core do: a pattern has 100 ms to match. What
# they say is shown when all others are done.
only_compute=(Repository Simulation)
aside=

format() { # that nothing is unused or misnamed, and other rules of style, are errors of the build
  dotnet format whitespace . --folder --exclude .artifacts --verify-no-changes
}

keep() { # name, command...: keeps what it says, and how it ends
  "${@:2}" >"$results/$1.out" 2>&1
  echo $? >"$results/$1.code"
}

kept() { # name: says it, and ends as it did
  cat "$results/$1.out"
  return "$(cat "$results/$1.code")"
}

start_aside() { # suites...: these and the format, one after another
  set -m # in a process group of their own, to be ended as one
  {
    renice -n 19 -p "$BASHPID"
    keep format format
    for name in "$@"; do
      keep "$name" run "$name"
    done
  } </dev/null >/dev/null 2>&1 &
  aside=$!
  set +m
}

end_aside() {
  wait "$aside"
  aside=
  check format kept format
  for name in "$@"; do
    run_suite "$name" kept
  done
}

# However this ends, nothing that it started goes on.
end_all() {
  [ -z "$aside" ] || kill -- "-$aside" 2>/dev/null
  stop_compiler
  stop_postgres
}

trap end_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

restore() { # all that the package source holds what it takes for
  local told
  solution=Orleans.Agents.sln
  told=$(dotnet restore $solution -v q 2>&1) && return
  # Some package sources hold only part of Microsoft Orleans; everything else is checked without them.
  if grep -q 'error NU110[1-3]: .*Microsoft\.Orleans\.' <<<"$told"; then
    solution=.ci/embedded.slnf
    left_out="cluster suites (this package source lacks parts of Microsoft.Orleans)"
  fi
  dotnet restore $solution -v q >/dev/null 2>&1 && return
  # The command is compiled ahead with a package that not every source holds; without it everything else still works.
  export AgentsReadyToRun=false
  dotnet restore $solution -v q
}

# One compiler for all projects, known by a name of its own: it has not to be started and warmed up for each of them.
compiler=

build() {
  compiler=agents-$$
  dotnet build $solution -c $configuration --no-restore --nologo -v q -clp:NoSummary \
    -p:UseSharedCompilation=true -p:SharedCompilationId=$compiler
  local result=$?
  stop_compiler
  return $result
}

publish_native() { # by clang, or by gcc where there is none
  dotnet publish src/Orleans.Agents.Cli -c $configuration -o $native --nologo -v q -clp:ErrorsOnly -p:AgentsNative=true \
    $(command -v clang >/dev/null || echo -p:CppCompilerAndLinker=gcc)
}

stop_compiler() {
  [ -n "$compiler" ] || return 0
  local version
  version=$(dotnet --version)
  dotnet "$(dotnet --list-sdks | sed -n "s/^$version \[\(.*\)\]$/\1/p")/$version/Roslyn/bincore/VBCSCompiler.dll" \
    -pipename:$compiler -shutdown >/dev/null
  compiler=
}

postgres_on_path() { # Debian keeps the server's programs where no PATH looks; the newest is taken
  local programs
  programs=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
  PATH=${programs:+$programs:}$PATH
}

need() { # command, Debian package: what the tests compare with, and what the pages they follow use
  command -v "$1" >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q && apt-get install -y -q "$2"
  fi >/dev/null 2>&1
  postgres_on_path
  command -v "$1" >/dev/null && return
  echo "$1 is missing; install it (Debian: $2) and try again" >&2
  exit 2
}

for tool in git:git jq:jq curl:curl script:bsdutils renice:bsdutils find:findutils grep:grep; do
  need "${tool%%:*}" "${tool##*:}"
done

as_postgres() { # command...: the server refuses to run as root
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- env PATH="$PATH" "$@"; else "$@"; fi
}

start_postgres() { # one server for all suites, on a socket in a folder of its own; gone when this script ends, and so needs no disk
  postgres=$(mktemp -d /tmp/agents-pg-XXXXXX)
  [ "$(id -u)" != 0 ] || chown postgres "$postgres"
  as_postgres initdb -D "$postgres/data" -U postgres -A trust -E UTF8 --no-locale --no-sync >"$postgres.log" &&
    as_postgres pg_ctl start -s -w -D "$postgres/data" -l "$postgres/log" \
      -o "-k $postgres -c listen_addresses= -c max_connections=300 -c fsync=off" &&
    export AGENTS_TEST_POSTGRES="Host=$postgres;Username=postgres;Database=postgres"
}

stop_postgres() {
  [ -n "${postgres:-}" ] || return 0
  as_postgres pg_ctl stop -s -m immediate -D "$postgres/data" >/dev/null 2>&1
  rm -rf "$postgres" "$postgres.log"
}

rm -rf "$results" && mkdir -p "$results"
if [ -z "${AGENTS_TEST_POSTGRES:-}" ]; then
  postgres_on_path
  need initdb postgresql
  start_postgres || { cat "$postgres.log" "$postgres/log" >&2; echo "PostgreSQL does not start" >&2; exit 2; }
fi
check restore restore || finish
check "build (warnings are errors)" build || finish

if [ -n "$native" ]; then
  check "the command as machine code" publish_native || finish
  export AGENTS_NATIVE=$PWD/$native
fi

[ ${#suites[@]} -gt 0 ] || start_aside "${only_compute[@]}"
for project in tests/*.Tests; do
  # What is not in the solution was not built.
  grep -q "${project##*/}.csproj" $solution || continue
  name=${project#tests/Orleans.Agents.} name=${name%.Tests}
  if [ ${#suites[@]} -gt 0 ]; then
    [[ " ${suites[*]} " != *" $name "* ]] || run_suite "$name" run
  elif [[ " ${only_compute[*]} " != *" $name "* ]]; then
    run_suite "$name" run
  fi
done
[ -z "$aside" ] || end_aside "${only_compute[@]}"

if compgen -G "$results/faults-*.txt" >/dev/null; then
  step "process faults"
  cat "$results"/faults-*.txt
fi

# A line counts as covered when any suite ran it; processes that suites start are not measured.
mapfile -t reports < <(find "$results" -name coverage.cobertura.xml)
if [ ${#reports[@]} -gt 0 ]; then
  step "line coverage"
  awk '
    match($0, /<package name="[^"]*"/) { package = substr($0, RSTART + 15, RLENGTH - 16) }
    match($0, /<class name="[^"]*"/) { class = substr($0, RSTART + 13, RLENGTH - 14) }
    match($0, /<line number="[0-9]+" hits="[0-9]+"/) {
      split(substr($0, RSTART, RLENGTH), part, "\"")
      line = package SUBSEP class SUBSEP part[2]
      if (!(line in hits) || part[4] > hits[line]) hits[line] = part[4]
    }
    END {
      for (line in hits) {
        split(line, part, SUBSEP)
        lines[part[1]]++; all++
        if (hits[line] > 0) { covered[part[1]]++; some++ }
      }
      for (package in lines) printf "%6.1f %%  %s\n", 100 * covered[package] / lines[package], package | "sort -k3"
      close("sort -k3")
      printf "%6.1f %%  overall\n", 100 * some / all
    }' "${reports[@]}"
fi
finish
