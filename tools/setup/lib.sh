# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the scripts of this folder share.

# Read by the scripts that source this.
# shellcheck disable=SC2034
cache=${DNVME_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dnvme}

say() {
	echo "setup: $*"
}

fail() {
	echo "setup: error: $*" >&2
	exit 1
}

# Runs a command as root, whoever we are.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		fail "this needs root to run '$*': become root, or install sudo"
	fi
}

need_debian() {
	type apt-get dpkg-query >/dev/null 2>&1 ||
		fail "packages are installed with apt, which is not here: use Debian 12, or install" \
			"the equivalents of tools/setup/packages.txt by hand"
}
