"""Who asks: somebody signed in, in an organisation that is there. What would end the session is asked by nobody."""

import os
import re

import schemathesis

ORG = os.environ["API_ORG"]
COOKIE = os.environ["API_COOKIE"]
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ENDS_IT = {("DELETE", "/api/v1/session"), ("PUT", "/api/v1/me/password"), ("DELETE", "/api/v1/me/sessions/{session}")}


@schemathesis.hook
def before_call(context, case, kwargs):
    path = case.path_parameters or {}
    if ID.fullmatch(str(path.get("org", ""))):
        path["org"] = ORG
    if (case.method.upper(), case.operation.path) not in ENDS_IT:
        case.headers = {**(case.headers or {}), "cookie": COOKIE}
