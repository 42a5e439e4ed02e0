"""What /openapi.json cannot say of the requests that the API takes; loaded by schemathesis (see scripts/test-api)."""

from datetime import datetime, timezone

import schemathesis


def has_passed(moment):
    try:
        return datetime.fromisoformat(moment.upper()) <= datetime.now(timezone.utc)
    except (AttributeError, TypeError, ValueError):
        return False


@schemathesis.hook
def before_call(context, case, kwargs):
    """A stop of cleanup ends in the future, whatever time of day was made up."""
    if isinstance(case.body, dict) and has_passed(case.body.get("until")):
        case.body["until"] = "2099" + case.body["until"][4:].replace("02-29", "02-28")
