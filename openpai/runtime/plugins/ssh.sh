# shellcheck shell=sh disable=SC1091,SC2154

# An SSH server for this task, before its commands begin. Any POSIX shell must be able to run this. What it needs
# of the image is looked at first: who lacks something is told what, and by whom it could have been added.
# `here` is set by step.sh; ssh-job.sh says what is to be done.

. "$here/ssh-job.sh"

lacks() { # what, why
    if [ -z "$_pai_needed" ]; then
        echo "[openpai] no SSH server is started, which nobody could enter: the image has no $1" >&2
        exit 0
    fi
    echo "[openpai] ImageLacksSsh missing=$1 cause=$2" >&2
    if [ -n "${said:-}" ]; then echo "$said" >&2; fi
    exit 248
}

have() { command -v "$1" >/dev/null 2>&1; }

find_server() {
    for server in "$(command -v sshd)" /usr/sbin/sshd /usr/local/sbin/sshd; do
        if [ -n "$server" ] && [ -x "$server" ]; then return 0; fi
    done
    return 1
}

missing() {
    if ! find_server; then
        echo sshd
    elif [ -n "$_pai_client" ] && ! have ssh; then
        echo ssh
    fi
}

install_with() {
    case $1 in
        apt-get)
            export DEBIAN_FRONTEND=noninteractive
            options="-qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20"
            # shellcheck disable=SC2086
            apt-get $options update && apt-get $options install -y --no-install-recommends openssh-server openssh-client
            ;;
        apk) apk add --quiet openssh ;;
        zypper) zypper --quiet --non-interactive install openssh ;;
        *) "$1" install -y -q openssh-server openssh-clients ;;
    esac
}

add_what_is_missing() {
    if [ "$uid" != 0 ] || [ -z "$_pai_needed" ]; then lacks "$(missing)" SshNotRoot; fi
    for manager in apt-get dnf microdnf yum zypper apk; do
        if have $manager; then
            echo "[openpai] the image has no $(missing); it is installed with $manager"
            said=$(install_with $manager 2>&1) || lacks "$(missing)" SshInstallFailed
            hash -r
            if [ -n "$(missing)" ]; then lacks "$(missing)" SshInstallFailed; fi
            said=
            return
        fi
    done
    lacks "$(missing)" SshNoPackageManager
}

# An account: SSH goes by it, not by HOME.
uid=$(id -u)
home=
while IFS=: read -r name _ number _ _ folder _; do
    if [ "$number" = "$uid" ]; then
        home=$folder
        break
    fi
done </etc/passwd
if [ -n "$(missing)" ]; then add_what_is_missing; fi
find_server
if [ -z "$home" ]; then lacks account SshNoAccount; fi
own=$home/.ssh
umask 077
if ! mkdir -p "$own" 2>/dev/null || ! [ -w "$own" ]; then lacks home SshNoHome; fi

# The environment of who comes in: this task's own, but for what says which of its processes one is.
env | while IFS= read -r line; do
    variable=${line%%=*}
    case $variable in
        "$line" | '' | [!A-Za-z_]* | *[!A-Za-z0-9_]*) continue ;;
        HOME | PWD | OLDPWD | SHLVL | _ | RANK | LOCAL_RANK | WORLD_SIZE | LOCAL_WORLD_SIZE) continue ;;
        PAI_HOST_IP_* | PAI_PORT_LIST_* | PAI_*_PORT) if [ -n "$_pai_many" ]; then continue; fi ;;
    esac
    if [ "${#line}" -lt 4000 ]; then echo "$line"; fi
done >"$own/environment"

if [ -n "$_pai_client" ]; then
    cat "$here/ssh-job-key" >"$own/pai_job_key"
    _pai_host() { # address, port, names
        address=$1 port=$2
        shift 2
        if [ "$address" = - ]; then return; fi
        printf 'Host %s %s\n  HostName %s\n  Port %s\n  IdentityFile %s\n  UserKnownHostsFile %s\n' \
            "$*" "$address" "$address" "$port" "$own/pai_job_key" "$here/ssh-known-hosts"
        printf '  StrictHostKeyChecking yes\n  LogLevel ERROR\n'
    }
    _pai_hosts >"$own/pai_config"
    if [ -f "$own/config" ]; then cat "$own/config" >>"$own/pai_config"; fi
    mv "$own/pai_config" "$own/config"
fi

cat "$here/ssh-host-key" >"$own/pai_host_key"
if [ "$uid" = 0 ]; then
    mkdir -p /run/sshd /var/empty 2>/dev/null || true
    chmod 755 /run/sshd 2>/dev/null || true
    if grep -q "^$name:!" /etc/shadow 2>/dev/null; then sed -i "s/^$name:!*/$name:*/" /etc/shadow; fi # a locked account
fi
"$server" -f "$here/ssh-sshd-config" -h "$own/pai_host_key" -p "$_pai_port" -E "$own/pai_sshd.log" \
    -o "AuthorizedKeysFile=$here/ssh-authorized-keys" -o "PidFile=$own/pai_sshd.pid" || {
    code=$?
    cat "$own/pai_sshd.log" >&2
    exit $code
}

# The barrier: nobody begins before all can be entered.
end=$(($(date +%s) + _pai_barrier_s))
waiting=$_pai_peers
while [ -n "$waiting" ]; do
    still=
    for peer in $waiting; do
        ssh -o BatchMode=yes -o ConnectTimeout=5 "$peer" true </dev/null >/dev/null 2>&1 || still="$still $peer"
    done
    if [ "$still" != "$waiting" ] && [ -n "$still" ]; then echo "[openpai] waiting for SSH of:$still"; fi
    waiting=$still
    if [ -n "$waiting" ] && [ "$(date +%s)" -ge "$end" ]; then
        # shellcheck disable=SC2086
        echo "[openpai] SshBarrierTimeout minutes=$_pai_barrier_min peers=$(echo $waiting | tr ' ' ',')" >&2
        exit 249
    fi
    if [ -n "$waiting" ]; then sleep 1; fi
done
