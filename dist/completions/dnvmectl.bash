# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Completion of dnvmectl for bash; installed as /usr/share/bash-completion/completions/dnvmectl.

# Verbs of a noun.
_dnvmectl_verbs() {
	case $1 in
	node) echo "create add list show set delete remove" ;;
	disk) echo "create add list show set replace delete remove" ;;
	volume) echo "create list show attach detach activate rename resize delete" ;;
	host) echo "create list show connect disconnect delete" ;;
	head) echo "create list show set delete" ;;
	path) echo "create list show set activate delete" ;;
	failover) echo "show" ;;
	cluster) echo "show backup restore migrate-store" ;;
	esac
}

_dnvmectl_head_settings="--activation-timeout-ms --queue-timeout-ms --max-tries --failover-interval-ms \
	--silence-timeout-ms --failback --no-failback --failback-delay-ms --opcode --pr-key"

# Options of a verb, "NOUN VERB", and those that every verb takes.
_dnvmectl_options() {
	case $1 in
	node\ create | node\ add) echo "--portal --label --dry-run" ;;
	disk\ create | disk\ add) echo "--name --node --label --force --dry-run" ;;
	node\ set | disk\ set) echo "--label --remove-label --dry-run" ;;
	volume\ create) echo "--size --legs --redundancy --chunk --standbys --node --standby-nodes \
		--include --exclude --anti-affinity --place --dry-run" ;;
	host\ create) echo "--nqn --dry-run" ;;
	head\ create) echo "--identity --activation --policy $_dnvmectl_head_settings --dry-run" ;;
	head\ set) echo "$_dnvmectl_head_settings --dry-run" ;;
	path\ create) echo "--device --subsystem --nsid --priority --dry-run" ;;
	path\ set) echo "--priority --dry-run" ;;
	path\ activate | volume\ rename) echo "--dry-run" ;;
	volume\ activate) echo "--controller --force --dry-run" ;;
	volume\ resize) echo "--size --dry-run" ;;
	disk\ replace) echo "--dry-run" ;;
	events) echo "--follow" ;;
	host\ connect | host\ disconnect) echo "--all --dry-run" ;;
	cluster\ backup) echo "--force" ;;
	cluster\ restore) echo "--force --dry-run" ;;
	*\ delete | *\ remove | *\ migrate-store) echo "--yes --dry-run" ;;
	*\ attach | *\ detach) echo "--dry-run" ;;
	esac
	echo "--help --version --output --no-headers --quiet --verbose --socket --timeout"
}

# Names of all objects of a kind, from the daemon that the line names; none if it does not answer.
_dnvmectl_names() {
	dnvmectl -q "$1" list --timeout 2 "${socket[@]}" 2>/dev/null
}

# What stands in the place of an argument: $1 is "NOUN VERB", $2 counts the arguments before it.
_dnvmectl_arguments() {
	case "$1 $2" in
	*\ attach\ 0 | *\ detach\ 0 | volume\ activate\ 0 | volume\ rename\ 0 | volume\ resize\ 0 | \
		failover\ show\ 0) _dnvmectl_names volume ;;
	*\ attach\ 1 | *\ detach\ 1) _dnvmectl_names host ;;
	disk\ replace\ [01]) _dnvmectl_names disk ;;
	path\ list\ * | path\ *\ 0) _dnvmectl_names head ;;
	path\ create\ 1) ;;
	path\ *\ 1) _dnvmectl_names path ;;
	host\ connect\ * | host\ disconnect\ *) _dnvmectl_names volume ;;
	cluster\ show\ *) ;;
	cluster\ *\ 0) compgen -f -- "$current" ;;
	*\ show\ 0 | *\ set\ 0 | *\ delete\ 0 | *\ remove\ 0 | *\ list\ *) _dnvmectl_names "${1%% *}" ;;
	disk\ create\ 0 | disk\ add\ 0) compgen -f -- "$current" ;;
	esac
}

# What may follow an option that takes a value.
_dnvmectl_values() {
	case $1 in
	-o | --output) echo "table json" ;;
	--redundancy) echo "none raid1 raid5 raid6 raid10" ;;
	--activation) echo "none nvme reservation" ;;
	--policy) echo "active-standby round-robin" ;;
	--node) _dnvmectl_names node ;;
	--socket | --device) compgen -f -- "$current" ;;
	esac
}

_dnvmectl_takes_value() {
	case $1 in
	-o | --output | --socket | --timeout | --portal | --label | --name | --node | --size | --legs | \
		--redundancy | --chunk | --standbys | --standby-nodes | --controller | --nqn | --identity | --activation | \
		--policy | --activation-timeout-ms | --queue-timeout-ms | --max-tries | \
		--failover-interval-ms | --silence-timeout-ms | --failback-delay-ms | --opcode | --pr-key | \
		--device | --subsystem | --nsid | --priority | --remove-label | --include | --exclude | \
		--anti-affinity | --place) return 0 ;;
	esac
	return 1
}

_dnvmectl() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local -a words=() socket=()
	local i word offered
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if _dnvmectl_takes_value "$word"; then
			i=$((i + 1))
			[ "$word" != --socket ] || socket=(--socket "${COMP_WORDS[i]}")
		elif [[ $word != -* ]]; then
			words+=("$word")
		fi
	done
	if _dnvmectl_takes_value "$previous"; then
		offered=$(_dnvmectl_values "$previous")
	elif [[ $current == -* ]]; then
		offered=$(_dnvmectl_options "${words[*]:0:2}")
	else
		case ${#words[@]} in
		0) offered="node disk volume host head path failover cluster status events info" ;;
		1) offered=$(_dnvmectl_verbs "${words[0]}") ;;
		*) offered=$(_dnvmectl_arguments "${words[*]:0:2}" $((${#words[@]} - 2))) ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$current")
}

complete -F _dnvmectl dnvmectl
