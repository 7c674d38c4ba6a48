"""What of a page is a command that somebody types, and which words in it wait for a value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from cockpit.config.importing.page import Fence
from cockpit.config.importing.words import words
from cockpit.config.secret_keys import names_secret

_SHELLS: Final = words(
    """
    sh bash shell zsh fish console terminal shell-session shellsession sh-session cmd bat powershell ps1
    pwsh sql mysql psql postgresql promql redis cypher
    """
)
_NO_SHELL: Final = words(
    """
    yaml yml json jsonc toml ini text txt plaintext output log logs none diff xml html markdown md
    mermaid go python py ruby rb js javascript typescript ts java hcl terraform dockerfile nginx css csv
    http
    """
)
_PROGRAMS: Final = words(
    """
    kubectl oc helm docker podman crictl ctr systemctl journalctl service sudo ssh scp rsync curl wget
    psql mysql mysqladmin redis-cli mongo mongosh etcdctl aws gcloud gsutil az terraform ansible
    ansible-playbook knife git make cd cat grep egrep rg awk sed find ls ps top htop kill pkill df du
    free uptime dmesg iostat vmstat netstat ss lsof dig nslookup host ping traceroute nc telnet openssl
    tail head less vim vi nano chmod chown mkdir mv cp rm tar gzip zcat for while if export source echo
    watch jq yq promtool amtool velero argocd flux istioctl linkerd consul vault nomad pg_ctl patronictl
    gitlab-ctl gitlab-rails bundle rake rails npm node python python3 pip java jstack jmap jcmd mdadm
    smartctl mount umount fsck lvs vgs pvs iptables ip ifconfig ethtool tcpdump strace perf ceph rbd
    rados zpool zfs nginx apachectl kafka-topics kafka-consumer-groups kafka-topics.sh
    kafka-consumer-groups.sh rabbitmqctl nodetool cqlsh chronyc ntpq timedatectl hostnamectl sysctl
    crontab apt apt-get yum dnf brew sh bash env time nohup select update delete insert
    """
)
_QUERIES: Final = frozenset({"select", "update", "delete", "insert"})
_prompt: Final = re.compile(
    r"^\s*(?:\[?[\w.-]+@[\w.-]+[^$#>\n]{0,40}\]?[$#]|[$>]|[a-z][\w-]*[=(][^\n]{0,30}[#>])\s+(?=\S)"
)
# In a script a # begins a comment; only what calls itself a console has root's prompt.
_root: Final = re.compile(r"^\s*#\s+(?=[a-z./])")
_CONSOLES: Final = frozenset({"console", "shell-session", "shellsession", "sh-session", "terminal"})
_assigned: Final = re.compile(
    r"(?:^|[\s;(])(?:export\s+|read\s+(?:-\w+\s+)*|local\s+|set\s+)?([A-Za-z_]\w*)="
)
_looped: Final = re.compile(r"\b(?:for|read(?:\s+-\w+)*)\s+([A-Za-z_]\w*)\b")
_hole: Final = re.compile(
    r"(?<!<)<(?P<angle>[A-Za-z][A-Za-z0-9_. -]{0,38}[A-Za-z0-9]|[A-Za-z])>(?!>)"
    r"|\{\{\s*\.?(?P<curly>[A-Za-z][\w.-]{0,40})\s*\}\}"
    r"|\$\{(?P<braced>[A-Za-z_]\w*)\}"
    r"|\$(?P<bare>[A-Za-z_]\w*)"
    r"|\$\{"
)
_ENVIRONMENT: Final = words(
    """
    HOME PATH USER PWD SHELL HOSTNAME TERM LANG EDITOR IFS RANDOM SECONDS UID EUID OLDPWD KUBECONFIG
    TMPDIR LOGNAME NF NR FS OFS RS ORS BASH_SOURCE LINENO PPID
    """
)
_in_go: Final = re.compile(r"template|jsonpath|--format|-f\s+['\"]|range\s")
_no_word: Final = re.compile(r"[^A-Za-z0-9_]+")
_secret: Final = re.compile(r"token|passw|(?:^|_)(?:pat|auth)$")
MOST: Final = 15_000


@dataclass(frozen=True, slots=True)
class Command:
    text: str
    because: str = ""
    """Why it is a guess that this is one, or all of it; empty where the page says so."""
    shown: str = ""
    """What the page shows as its output."""


def command(fence: Fence) -> Command | None:
    """None for what is no command: output, configuration, code."""
    text = fence.text.strip("\n")
    if fence.language in _NO_SHELL or not text.strip() or len(text) > MOST:
        return None
    lines = text.split("\n")
    prompt = _prompt
    if fence.language in _CONSOLES and not any(map(_prompt.match, lines)):
        prompt = _root
    if any(map(prompt.match, lines)) and (fence.language in _SHELLS or not fence.language):
        return _after_prompts(lines, prompt)
    if fence.language in _SHELLS:
        return Command(text)
    if fence.language:
        return None
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    return Command(text, "it looks like a command") if looks_typed(first) else None


def looks_typed(line: str) -> bool:
    """Whether it begins with a program that people type, and goes on."""
    said = line.strip().split()
    while said and re.fullmatch(r"[A-Z_][A-Z0-9_]*=\S*", said[0]):
        said = said[1:]
    if len(said) < 2:
        return False
    program = said[0].rpartition("/")[2]
    return program in _PROGRAMS or program.lower() in _PROGRAMS & _QUERIES or said[0].startswith("./")


def _after_prompts(lines: list[str], prompt: re.Pattern[str]) -> Command:
    """What stands behind a prompt was typed, and what follows a backslash; the rest is what it printed."""
    typed: list[str] = []
    shown: list[str] = []
    goes_on = False
    for line in lines:
        found = prompt.match(line)
        if found or goes_on:
            typed.append(line[found.end() :] if found else line)
            goes_on = line.rstrip().endswith("\\")
        else:
            shown.append(line)
    return Command("\n".join(typed), "what stands behind a prompt", "\n".join(shown).strip("\n"))


@dataclass(slots=True)
class Parameters:
    """Placeholders of one runbook, by name; the same word in other clothes is the same parameter."""

    prompts: dict[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    """Placeholders that were left as they are, because no secret goes through a command line."""
    assigned: frozenset[str] = frozenset()
    """Variables that the page itself sets."""

    def filled(self, text: str) -> tuple[str, bool]:
        """With `${params.x}` for each, `$${` for what is text; and whether there was one."""
        found = False

        def put(match: re.Match[str]) -> str:
            nonlocal found
            behind = text[max(0, match.start() - 1) : match.start()]
            name = "" if behind == "$" or match[0] == "${" else self._name(match, text)
            if not name:
                return match[0].replace("${", "$${")
            found = True
            return f"${{params.{name}}}"

        return _hole.sub(put, text), found

    def _name(self, match: re.Match[str], text: str) -> str:
        """The parameter that is meant; nothing for what is none."""
        said = match["angle"] or match["curly"] or match["braced"] or match["bare"]
        variable = match["braced"] or match["bare"]
        if variable and (variable in self.assigned or variable in _ENVIRONMENT or variable.startswith("_")):
            return ""
        if variable and variable.lower() == variable and not match["braced"]:
            return ""  # $group in a query, $i in a loop of awk: far more often the language's than a hole
        if match["curly"] and _in_go.search(text):
            return ""
        name = _no_word.sub("_", said).strip("_").lower()[:60]
        if not name or not name[0].isalpha():
            return ""
        if names_secret(name) or _secret.search(name):
            if match[0] not in self.secrets:
                self.secrets.append(match[0])
            return ""
        self.prompts.setdefault(name, said)
        return name


def assigned(text: str) -> frozenset[str]:
    """Variables that a shell text sets itself."""
    return frozenset((*_assigned.findall(text), *_looped.findall(text)))
