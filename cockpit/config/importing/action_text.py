"""Actions of a run written as a file would have them; references instead of values, as they were declared."""

from __future__ import annotations

from cockpit.config.writing import Value
from cockpit.core.runbook import actions as act


def written_action(action: act.Action) -> dict[str, Value] | None:
    """Under its own name, beside what belongs to it; None for what no file can hold."""
    match action:
        case act.Command() | act.HttpCall():
            return look(action)
        case act.FlagSet():
            flag = {"key": action.key, "provider": action.provider, "env": action.env, "to": action.to}
            return {"flag": _filled({**flag, "reason": action.reason}, keep="to")}
        case act.Silence():
            return {"silence": {"matchers": list(action.matchers), "for": f"{max(1, round(action.lasts))}s"}}
        case act.Notify():
            return {"notify": {"to": action.to, "text": action.text}}
        case act.Manual():
            manual = {"instructions": action.instructions, "command": action.command}
            return {"manual": _filled({**manual, "evidence": action.evidence, "answer": action.answer})}
        case act.Probe():
            asked = look(action.ask)
            return None if asked is None else {"probe": _filled({**asked, "success": action.success})}
        case act.Wait() if action.lasts is not None:
            return {"wait": {"for": f"{max(1, round(action.lasts))}s"}}
        case act.Wait():
            until = {"promql": action.promql, "success": action.success}
            return {"wait": {**until, "within": f"{max(1, round(action.within))}s"}}
    return None


def look(asked: act.Look) -> dict[str, Value] | None:
    """A question, or a command that is one."""
    match asked:
        case act.Command():
            run: Value = asked.argv[0] if asked.shell else list(asked.argv)
            return _filled({"run": run, "shell": asked.shell or None, "stdin": asked.stdin})
        case act.HttpCall():
            return {"http": _http(asked)}
        case act.Promql():
            return {"promql": asked.query}
        case act.FlagLook():
            return {"flag": _filled({"key": asked.key, "provider": asked.provider, "env": asked.env})}
    return None


def _http(call: act.HttpCall) -> dict[str, Value]:
    expect: dict[str, Value] = {"status": [f"{low}-{high}" for low, high in call.status]}
    if call.pointer:
        expect |= {"json": call.pointer, "equals": call.equals}
    told: dict[str, Value] = {"method": call.method, "url": call.url, "headers": dict(call.headers)}
    if call.json is not None:
        told["json"] = call.json
    return _filled({**told, "expect": expect})


def _filled(fields: dict[str, Value], keep: str = "") -> dict[str, Value]:
    """Without what was not said."""
    return {name: value for name, value in fields.items() if name == keep or value not in ("", None, {})}
