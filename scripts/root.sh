# shellcheck shell=bash
# Sourced by the scripts that change the machine itself: being root, and Debian packages. Needs say.sh.

may_be_root() {
    [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }
}

# Ends by saying what somebody who is root must run, for those who are not.
need_root() {
    may_be_root || die "this needs root, and here is neither root nor sudo. Ask an administrator to run, once:" "$@"
}

as_root() {
    need_root "$*"
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

package_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs what is missing of the packages named. The lists are read anew only when one is unknown to them
# or they are so old that the files they name may be gone.
apt_install() {
    local package log missing=()
    for package in "$@"; do
        package_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        die "this is no Debian machine. Please install what these packages hold, and run this again:" "${missing[*]}"
    need_root "apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    if ! apt_lists_are_fresh || ! apt-cache show "${missing[@]}" >/dev/null 2>&1; then
        as_root apt-get update -qq
    fi
    log=$(mktemp)
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >"$log" 2>&1 ||
        die "apt-get could not install ${missing[*]}; its last lines were:" "$(tail -n 15 "$log")"
    rm -f "$log"
}

apt_lists_are_fresh() {
    [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mtime -1 -print -quit 2>/dev/null)" ]
}
