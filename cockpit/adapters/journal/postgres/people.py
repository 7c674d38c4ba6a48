"""People of a record on PostgreSQL: a login for each, in one of its roles."""

from __future__ import annotations

from typing import Final

from cockpit.core.team import Role

OWNER: Final = "cockpit_owner"
ROLES: Final = ("cockpit_viewer", "cockpit_responder", "cockpit_approver")
"""From least to most; each has what those before it have."""


def is_name(name: str) -> bool:
    """Whether it may stand in `granted`; createuser can make people of any name."""
    plain = all(each.isalnum() or each in "_.@-" for each in name)
    return plain and 0 < len(name.encode()) < 64 and not name.startswith(("-", "pg_", "cockpit_"))


def granted(name: str, role: Role) -> str:
    """As SQL: `name` may log in, and has that role and no other; a password stays as it is, or is none."""
    assert is_name(name)
    wanted, more = ROLES[role - 1], _array(*ROLES[role:], OWNER)
    return f"""
DO $person$
DECLARE
    known pg_roles := (SELECT pg_roles FROM pg_roles WHERE rolname = '{name}');
    other text;
BEGIN
    IF known.rolname IS NULL THEN
        CREATE ROLE "{name}" LOGIN;
    ELSIF known.rolsuper THEN
        RAISE EXCEPTION '{name} is a superuser, who could change what is on record'
        USING HINT = 'name somebody who is none';
    ELSIF NOT known.rolcanlogin THEN
        RAISE EXCEPTION '{name} may not log in' USING HINT = 'name a person, not a group';
    END IF;
    FOREACH other IN ARRAY {_array(*ROLES)} LOOP
        IF other <> '{wanted}' AND EXISTS (
            SELECT FROM pg_auth_members WHERE roleid = other::regrole AND member = known.oid
        ) THEN
            EXECUTE format('REVOKE %I FROM "{name}"', other);
        END IF;
    END LOOP;
    GRANT {wanted} TO "{name}";
    FOREACH other IN ARRAY {more} LOOP
        IF pg_has_role('{name}', other, 'MEMBER') THEN
            RAISE EXCEPTION '{name} cannot be {role} here: is % by way of another role', other
            USING HINT = 'take that other role away first';
        END IF;
    END LOOP;
END $person$;
"""


def _array(*names: str) -> str:
    return "ARRAY[" + ", ".join(f"'{name}'" for name in names) + "]"
