"""Signs on as Authlib does it, and says what it was told. tests/edge/sign_on.test.mjs starts it.

The package is `authlib` (scripts/versions.sh names the release). Whatever it does not accept ends this with a status
other than 0.
"""

import json
import os
import sys

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

env = os.environ
known = requests.get(env["ISSUER"] + "/.well-known/openid-configuration", timeout=20).json()
session = OAuth2Session(
    env["CLIENT"], env["SECRET"], scope="openid profile email", redirect_uri=env["BACK"], code_challenge_method="S256"
)
verifier, nonce = generate_token(48), generate_token(20)
url, state = session.create_authorization_url(known["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
led = requests.get(url, headers={"cookie": env["COOKIE"]}, allow_redirects=False, timeout=20)
assert led.status_code == 303, led.text


def exchange():
    return session.fetch_token(
        known["token_endpoint"], authorization_response=led.headers["location"], state=state, code_verifier=verifier
    )


token = exchange()
keys = KeySet.import_key_set(requests.get(known["jwks_uri"], timeout=20).json())
opened = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
claims = CodeIDToken(
    opened.claims,
    opened.header,
    {"iss": {"essential": True, "value": known["issuer"]}, "aud": {"essential": True, "value": env["CLIENT"]}},
    {"nonce": nonce, "client_id": env["CLIENT"], "access_token": token["access_token"]},
)
claims.validate()
userinfo = session.get(known["userinfo_endpoint"]).json()
try:
    exchange()
    again = "accepted"
except OAuthError as error:
    again = error.error
json.dump({"claims": dict(claims), "userinfo": userinfo, "again": again}, sys.stdout)
