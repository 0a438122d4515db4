"""An SMTP relay for the edge suite: aiosmtpd with TLS and AUTH, which does what a recipient's name says.

    relay.py CERTIFICATE KEY MECHANISM [MECHANISM...]
    relay.py --lint < MESSAGE

The first line on stdout is JSON with its two ports, `implicit` and `starttls`. Each mail that it takes follows as one
line: the envelope, who was logged in, the message, and what Python's own `email` and a strict look at the bytes have
to complain of.
"""

import asyncio
import base64
import json
import re
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

# As Exchange and Postfix ask; aiosmtpd's own words are those of an old draft.
SMTP.AuthLoginUsernameChallenge = "Username:"
SMTP.AuthLoginPasswordChallenge = "Password:"

MECHANISMS = {"LOGIN", "PLAIN"}
AT_RCPT = {
    "unknown": "550 5.1.1 nobody of this name",
    "full": "552 5.2.2 the mailbox is full",
    "greylisted": "450 4.2.0 greylisted, come back later",
}
AT_END = {"spam": "554 5.7.1 it looks like spam", "busy": "452 4.3.1 no room at the moment"}


def complaints(raw):
    """What a reader that forgives nothing finds (RFC 5322, 2045, 2046)."""
    found = []
    if not raw.isascii():
        found.append("a byte that is not ASCII")
    if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        found.append("a bare CR or LF")
    if b"\0" in raw:
        found.append("a NUL")
    if any(len(line) > 998 for line in raw.split(b"\r\n")):
        found.append("a line of more than 998 octets")
    head = raw.partition(b"\r\n\r\n")[0]
    lines = re.sub(rb"\r\n[ \t]", b" ", head).split(b"\r\n")
    if any(len(line) > 78 for line in head.split(b"\r\n") if b" " in line.strip()):
        found.append("a header line that could have been folded at 78")
    names = []
    for line in lines:
        name = re.match(rb"[!-9;-~]+(?=: )", line)
        if not name:
            found.append(f"a header that is none: {line!r}")
            continue
        names.append(name[0].decode().lower())
    once = ["from", "to", "subject", "date", "message-id", "mime-version", "content-type", "auto-submitted"]
    for name in once:
        if names.count(name) != 1:
            found.append(f"{name} stands {names.count(name)} times")
    for name in set(names) - set(once):
        if names.count(name) > 1:
            found.append(f"{name} stands twice")
        if name in ("return-path", "received", "bcc"):
            found.append(f"{name} is not for the sender to write")

    message = message_from_bytes(raw, policy=policy.default)
    for part in message.walk():
        found += [f"{part.get_content_type()}: {type(it).__name__}" for it in part.defects]
        found += [f"{name}: {type(it).__name__}" for name, value in part.items() for it in value.defects]
        if part.is_multipart():
            if part.epilogue not in (None, "", "\r\n"):
                found.append("something behind the last part")
            continue
        if part.get("content-transfer-encoding", "").lower() not in ("7bit", "base64", "quoted-printable"):
            found.append(f"{part.get_content_type()} is not encoded for transport")
        if part.get_content_maintype() == "text" and part.get_content_charset() != "utf-8":
            found.append(f"{part.get_content_type()} without its charset")
    if message["message-id"] and not re.fullmatch(r"<[^<>@\s]+@[a-z0-9.-]+\.[a-z]+>", message["message-id"]):
        found.append("a message-id of another form")
    if message["date"] and message["date"].datetime is None:
        found.append("a date that is none")
    return found


def read(raw):
    """The same message as Python understands it."""
    message = message_from_bytes(raw, policy=policy.default)
    body = lambda kind: (part := message.get_body((kind,))) and part.get_content().replace("\r\n", "\n")
    return {
        "headers": {name.lower(): str(value) for name, value in message.items()},
        "text": body("plain"),
        "html": body("html"),
        "files": [
            {"name": it.get_filename(), "type": it.get_content_type(), "size": len(it.get_payload(decode=True))}
            for it in message.iter_attachments()
        ],
    }


def say(value):
    print(json.dumps(value), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        refusal = AT_RCPT.get(address.split("@")[0])
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        if name in AT_END:
            return AT_END[name]
        raw = envelope.original_content
        say({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "user": (session.auth_data or b"").decode(),
            "tls": server.transport.get_extra_info("cipher") is not None, "raw": base64.b64encode(raw).decode(),
            "complaints": complaints(raw), **read(raw),
        })
        if name == "rude":
            server.transport.abort()  # it has the mail, and its answer is lost
        return "250 2.0.0 queued"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data == LoginPassword(b"portal", b"of the relay \xe2\x82\xac")
    return AuthResult(success=good, auth_data=data.login) if good else AuthResult(success=False, handled=False)


async def main(certificate, key, *mechanisms):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()

    async def listen(tls, **more):
        def session():
            return SMTP(
                Handler(), hostname="relay.example", authenticator=authenticate, auth_required=True, loop=loop,
                auth_exclude_mechanism=MECHANISMS - set(mechanisms), timeout=60, **more,
            )

        server = await loop.create_server(session, "127.0.0.1", 0, ssl=tls)
        return server.sockets[0].getsockname()[1]

    say({
        "implicit": await listen(context, auth_require_tls=False),
        "starttls": await listen(None, tls_context=context, require_starttls=True),
    })
    await loop.run_in_executor(None, sys.stdin.read)  # ends with whoever started it


if sys.argv[1:] == ["--lint"]:
    say(complaints(sys.stdin.buffer.read()))
else:
    asyncio.run(main(*sys.argv[1:]))
