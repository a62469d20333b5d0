# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the lint checks share. A check prints its findings and exits 0 (clean), 1 (findings)
# or 4 (nothing to look at, with the reason).

root=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../../..")
cd "$root" || exit 1

# Git, even where somebody else owns the clone.
own_git() {
	git -c safe.directory="$root" "$@"
}

# Writes the tracked files that match the pathspecs and exist, one a line.
tracked() {
	local file
	own_git ls-files -- "$@" | while read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done
}

# Writes the tracked files whose first line matches an extended regular expression.
tracked_with_first_line() {
	local file line
	tracked . | while read -r file; do
		IFS= read -r line 2>/dev/null <"$file" || true
		[[ ! $line =~ $1 ]] || echo "$file"
	done
}

# Reads file names into the array `files`; ends the check when there are none.
need_files() {
	mapfile -t files
	if [ ${#files[@]} -eq 0 ]; then
		echo "nothing to check: $1"
		exit 4
	fi
}
