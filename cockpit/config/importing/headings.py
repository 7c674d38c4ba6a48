"""What headings of runbook pages announce, in the words that people use for it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, TypeAlias

Role: TypeAlias = Literal["steps", "about", "before", "rollback", "contents", ""]
"""`contents` is a list of links to what follows; nothing where a heading says none of these."""

MOST: Final = 200
"""Of a heading; what is longer is no heading, and takes long to look through."""
_ROLLBACK: Final = re.compile(
    r"roll(?:ing)?[ -]?back|back[ -]?out|\brevert|\bundo\b|r(?:ü|ue)ckg(?:ä|ae)ngig|zur(?:ü|ue)ckroll|rückbau"
    r"|retour arrière|revertir|reversión|откат|回滚|ロールバック|切り戻し",
    re.IGNORECASE,
)
_ABOUT: Final = re.compile(
    r"(?:meaning|overview|about|description|background|summary|impact|symptoms?|intro(?:duction)?"
    r"|purpose|scope|context|severity|owner(?:ship)?|contacts?|references?|(?:useful |related |other "
    r"|external |quick )?links?|see also|further reading|additional (?:information|resources|notes)"
    r"|more information|notes?|metadata|change ?log|history|dashboards?|full context|alerts?(?: rules?"
    r"| definition)?|detection|audience|glossary|architecture|what (?:is|does|this|it).*|why .*"
    r"|when to .*|kpis?.*|next steps|post[- ]?(?:mortem|incident).*|related .*|logging|metrics"
    r"|expected outputs?|summary and impact|possible causes?|known issues?|rationale|definitions?"
    r"|service .*level.*|bedeutung|auswirkung(?:en)?|überblick|übersicht|symptome|hintergrund|zweck"
    r"|contexte|symptômes|signification|objectif|significado|impacto|síntomas|resumen|descripción"
    r"|contexto|значение|влияние|описание|симптомы|概要|影響|意味|症状|背景|概述|影响|症状)",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    r"(?:pre[- ]?requisites?.*|before you (?:begin|start).*|requirements?|pre[- ]?conditions?"
    r"|access(?: required)?|permissions?|what you need|preparations?|voraussetzungen|vorbereitung"
    r"|prérequis|requisitos(?: previos)?|требования|前提条件|先决条件)",
    re.IGNORECASE,
)
_STEPS: Final = re.compile(
    r"(?:.*\b)?(?:steps?|procedures?|resolutions?|resolve|mitigations?|mitigate|diagnosis|diagnostics?"
    r"|diagnose|troubleshoot(?:ing)?|investigations?|investigate|remediations?|remediate|recovery"
    r"|recover|fix|actions?|solutions?|workarounds?|how to .*|verify|verification|validation|triage"
    r"|checks?|debug(?:ging)?|vorgehen|schritte|behebung|diagnose|lösung|étapes|diagnostic|résolution"
    r"|procédure|pasos|diagnóstico|mitigación|solución|procedimiento|шаги|действия|диагностика|решение"
    r"|手順|対応|診断|対処|步骤|处理|诊断)\b.*",
    re.IGNORECASE,
)
_CONTENTS: Final = re.compile(
    r"(?:table of )?contents|toc|inhalt(?:sverzeichnis)?|sommaire|índice|目次|目录", re.IGNORECASE
)
_PROCEDURE: Final = re.compile(
    r"(?:how to|procedure|runbook|playbook|scenario|alert|case|incident|problem|issue|ablauf|fall|procédure"
    r"|procedimiento|caso)\b.*",
    re.IGNORECASE,
)
_number: Final = re.compile(
    r"^\W*(?:(?:step|schritt|étape|paso|шаг)\s*\d+\s*[:.)–—-]*|\d+(?:\.\d+)+[.):]*(?=\s)"
    r"|\(?\d+\s*[.):–—-]+(?!\d))\s*",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def role(title: str) -> Role:
    said = plain(title[:MOST]).strip(" :.!?*_`\"'")
    if _ROLLBACK.search(said):
        return "rollback"
    if _CONTENTS.fullmatch(said):
        return "contents"
    if _BEFORE.fullmatch(said):
        return "before"
    if _ABOUT.fullmatch(said):
        return "about"
    return "steps" if _STEPS.fullmatch(said) else ""


def plain(title: str) -> str:
    """Without a number before it; a title that is only a number stays."""
    return _number.sub("", title, count=1).strip() or title.strip()


def is_procedure(title: str) -> bool:
    """Whether it names something that is done as a whole."""
    return bool(_PROCEDURE.match(plain(title)))
