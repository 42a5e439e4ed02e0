# What the scripts share: say what happens, fail with one clear line, install what is missing.
# Sourced by scripts/test, scripts/demo and the like; expects to stand in the repository's root.

say() { printf '\n== %s\n' "$*"; }

fail() {
    printf '%s: %s\n' "$0" "$*" >&2
    exit 1
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
    # Nothing that is installed for the tests is to be started as a service of the machine.
    local policy=/usr/sbin/policy-rc.d made=no
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee $policy >/dev/null
        "${root[@]}" chmod +x $policy
        made=yes
    fi
    local status=0
    {
        "${root[@]}" apt-get update -qq &&
            "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
    } >/dev/null || status=$?
    [[ $made == no ]] || "${root[@]}" rm -f $policy
    ((status == 0)) || fail "apt-get could not install ${missing[*]}"
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
)

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
