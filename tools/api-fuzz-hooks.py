"""What Schemathesis cannot make up by itself, for tools/api-fuzz: fresh proof over the very bytes of a call, and what a login, an
invitation, a passkey or a device's code takes. Most is right, the rest is garbled; what is chosen depends on the call alone, so that a
finding can be made again. Helpers call the service as FUZZ_TOKEN's owner, who has FUZZ_KEY, and FUZZ_OWNER's, who invites. What was called,
and what the answer's status was, is written to FUZZ_SEEN."""

import base64
import hashlib
import json
import os
import random
import re
import struct
import subprocess
import tempfile

import requests
import schemathesis
from requests.auth import AuthBase
from schemathesis.core.parameters import ParameterLocation

URL = os.environ["FUZZ_URL"]
KEY = os.environ["FUZZ_KEY"]
TOKEN = os.environ["FUZZ_TOKEN"]
OWNER = os.environ["FUZZ_OWNER"]

HTTP = requests.Session()
HTTP.trust_env = False

# A P-256 key that needs no arithmetic: both secrets are 1, so that the public key and the nonce's point are the curve's base point.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
X = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
Y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
COSE = bytes.fromhex("a5010203262001215820") + X.to_bytes(32, "big") + bytes.fromhex("225820") + Y.to_bytes(32, "big")


def chance(*parts):
    """Random, but the same for the same call."""
    return random.Random(hashlib.sha256(repr(parts).encode()).digest())


def api(method, path, body=None, token=TOKEN, proven=False):
    """The answer's JSON; {} where it was refused: what was to be made with it is then missing, which is a case as well."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    if proven:
        headers["Caution-Proof"] = proof(method, path, data or b"", token=token)[0]
    answer = HTTP.request(method, URL + path, data=data or b"", headers=headers, timeout=30)
    if answer.status_code >= 500:
        raise AssertionError(f"{method} {path} with {body} answered {answer.status_code}: {answer.text}")
    return answer.json() if answer.ok and answer.content else {}


def sign(namespace, message, key=KEY):
    with tempfile.TemporaryDirectory() as directory:
        file = os.path.join(directory, "message")
        with open(file, "wb") as out:
            out.write(message)
        subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key, file], check=True, stdin=subprocess.DEVNULL)
        with open(file + ".sig") as signed:
            return signed.read()


def unarmored(signature):
    return base64.b64decode("".join(signature.strip().splitlines()[1:-1]))


def proof(method, path, body, choice=None, token=TOKEN):
    """The header for a call, and whether it must be refused. Without a choice it is right."""
    digest = hashlib.sha256(body).hexdigest()
    asked = api("POST", "/api/proofs", {"origin": URL, "method": method, "path": path, "body_sha256": digest}, token)
    if not asked:
        return "none", True
    kind = choice.randrange(16) if choice else 15
    signed = path + "x" if kind == 0 else path
    message = (f"caution proof 1\norigin {URL}\nuser {asked['user']}\nmethod {method}\npath {signed}\nbody {digest}\n"
               f"challenge {asked['challenge']}\n").encode()
    wrong = kind < 4
    if kind in (1, 8, 9, 10) and asked.get("options", {}).get("allowCredentials"):
        options = dict(asked["options"], challenge=text(hashlib.sha256(message).digest()))
        given = assertion(options, choice, whole=kind > 1)
        wrong = signed_parts(given) != signed_parts(assertion(options, choice, whole=True))
        shown = json.dumps(given).encode()
    else:
        shown = unarmored(sign("login@caution.co" if kind == 2 else "proof@caution.co", message))
        if kind in (1, 3):
            broken = garbled(shown, choice)
            wrong, shown = broken != shown, broken
    return f"{asked['id']} {base64.b64encode(shown[:5900]).decode()}", wrong


class Caller(AuthBase):
    """Sees a call as it will be sent."""

    def __init__(self, case):
        self.case = case

    def __call__(self, call):
        operation = self.case.operation
        body = call.body.encode() if isinstance(call.body, str) else call.body or b""
        given = call.headers.get("Caution-Proof")
        choice = chance(call.method, call.path_url, body, given)
        by_session = "Caution-Session" in call.headers and "Authorization" not in call.headers
        own = by_session or call.headers.get("Authorization") == "Bearer " + TOKEN
        if by_session and call.method not in ("GET", "HEAD") and choice.random() < 0.03:
            call.headers["Origin"] = choice.choice(["null", "http://evil.example", URL + "0", ""])
            call.foreign = True
            return call
        if own and (call.method, operation.path) in GIVEN_AWAY:
            give_away(call)
        if (not own or not operation.definition.raw.get("x-fresh-proof") or call.method not in ("POST", "PATCH", "DELETE")
                or not isinstance(body, bytes)):
            return call
        if given is None and choice.random() < 0.1 or given is not None and choice.random() < 0.2:
            return call
        call.headers["Caution-Proof"], call.unproven = proof(call.method, call.path_url, body, choice)
        return call


# What ends the caller's own token or session does so with another one, made for it.
GIVEN_AWAY = {("DELETE", "/api/account/tokens/current"), ("POST", "/api/sessions"), ("DELETE", "/api/sessions/current")}


def give_away(call):
    token = api("POST", "/api/account/tokens", {"name": "spare", "scopes": ["read", "deploy", "manage"]}, proven=True).get("token", "")
    if "Authorization" in call.headers:
        call.headers["Authorization"] = "Bearer " + token
        return
    answer = HTTP.post(URL + "/api/sessions", headers={"Authorization": "Bearer " + token}, data=b"", timeout=30)
    if answer.ok:
        call.headers["Cookie"] = answer.headers["Set-Cookie"].split(";")[0]
        call.headers["Caution-Session"] = answer.json()["session"]
    HTTP.cookies.clear()  # or every helper would come with that session


def text(binary):
    return base64.urlsafe_b64encode(binary).decode().rstrip("=")


def garbled(binary, choice):
    """Something near it: what parsers stumble over."""
    at = choice.randrange(len(binary) + 1)
    return choice.choice([
        lambda: binary[:at],
        lambda: binary[:at] + bytes([choice.randrange(256)]) + binary[at + 1:],
        lambda: binary[:at] + choice.randbytes(choice.randrange(1, 9)) + binary[at:],
        lambda: binary + choice.randbytes(choice.randrange(1, 40)),
        lambda: binary[:at] + binary[at // 2:],
        lambda: binary[:at] + choice.choice(HEADS) + binary[at:],
        lambda: choice.choice(HEADS) * choice.choice([1, 2, 300, 5000]),
        lambda: choice.randbytes(choice.randrange(100)),
        lambda: b"",
    ])()


# CBOR: lengths beyond everything, without an end, deep nesting, tags, a break, numbers that are none; and JSON's like.
HEADS = [bytes.fromhex(each) for each in (
    "5bffffffffffffffff", "9b7fffffffffffffff", "bbffffffffffffffff", "5a7fffffff", "9a7fffffff", "ba00ffffff", "9f", "bf", "5f", "7f", "ff",
    "81", "a1", "d9d9f7", "c2", "f97e00", "fb7ff8000000000000", "1bffffffffffffffff", "3bffffffffffffffff", "f6", "61ff")] + [
    b"[", b'{"a":', b"null", b"\x00", b'"', b"1e999", "é\U0001f600".encode(), b"\xed\xa0\x80"]


def client_data(kind, options):
    return json.dumps({"type": kind, "challenge": options["challenge"], "origin": URL, "crossOrigin": False}).encode()


def credential(id, parts, choice, whole):
    """As a browser gives it; where it is not to be whole, one of its parts is garbled, or its JSON."""
    if not whole:
        name = choice.choice(sorted(parts))
        parts[name] = garbled(parts[name], choice)
    response = {name: text(part) for name, part in parts.items()}
    given = {"id": text(id), "rawId": text(id), "type": "public-key", "response": response, "clientExtensionResults": {}}
    if not whole and choice.random() < 0.4:
        within = choice.choice([given, response])
        name = choice.choice(sorted(within) + ["authenticatorAttachment", "transports"])
        within[name] = choice.choice([None, 5, "", "=", "ü", [], {}, [None], {"credProps": {"rk": "perhaps"}}, "public-key", "A" * 9000, True])
    return given


def assertion(options, choice, whole):
    party = hashlib.sha256(b"localhost").digest()
    client = client_data("webauthn.get", options)
    data = party + bytes([5]) + bytes(4)
    value = (int.from_bytes(hashlib.sha256(data + hashlib.sha256(client).digest()).digest(), "big") + X) % ORDER
    allowed = options.get("allowCredentials") or []
    own = next((base64.urlsafe_b64decode(each["id"] + "==") for each in allowed if each["id"] == text(PASSKEY)), PASSKEY)
    parts = {"clientDataJSON": client, "authenticatorData": data, "signature": sequence(X, value), "userHandle": HANDLE}
    return credential(own, parts, choice, whole)


def signed_parts(given):
    """What must be right; the rest may be anything."""
    response = given["response"] if isinstance(given["response"], dict) else {}
    return [given["rawId"], *(response.get(part) for part in ("clientDataJSON", "authenticatorData", "signature"))]


def sequence(*numbers):
    encoded = b"".join(b"\x02" + bytes([len(each)]) + each for each in (n.to_bytes(n.bit_length() // 8 + 1, "big") for n in numbers))
    return b"\x30" + bytes([len(encoded)]) + encoded


def creation(options, choice, whole, id=None):
    id = id or choice.randbytes(choice.choice([1, 16, 32, 255]))
    client = client_data("webauthn.create", options)
    key = COSE if whole or choice.random() < 0.6 else garbled(COSE, choice)
    data = hashlib.sha256(b"localhost").digest() + bytes([0x45]) + bytes(20) + struct.pack(">H", len(id)) + id + key
    if not whole and choice.random() < 0.5:
        data = garbled(data, choice)
    statement = choice.choice(["none", "packed", "fido-u2f", "tpm", "android-key", "apple", "x"]) if not whole else "none"
    made = (b"\xa3\x63fmt" + bytes([0x60 + len(statement)]) + statement.encode() + b"\x67attStmt\xa0\x68authData"
            + b"\x59" + struct.pack(">H", len(data)) + data)
    return credential(id, {"clientDataJSON": client, "attestationObject": made}, choice, whole or choice.random() < 0.4)


ME = api("GET", "/api/account")
HANDLE = bytes.fromhex(ME["id"].replace("-", ""))
PASSKEY = hashlib.sha256(ME["name"].encode()).digest()


def register():
    """A passkey of the caller's own. It may be there since an earlier run, and calls may remove it: proofs go on with the SSH key."""
    asked = api("POST", "/api/passkeys/options")
    if asked:
        api("POST", "/api/passkeys", {"id": asked["id"], "name": "fuzz", "credential": creation(asked["options"], chance(1), True, PASSKEY)},
            proven=True)


register()


def invitation(choice):
    made = api("POST", "/api/organizations/acme/invitations", {"role": choice.choice(["viewer", "member", "admin"])}, OWNER, proven=True)
    return made.get("link", "#none").split("#")[1]


def device():
    answer = HTTP.post(URL + "/api/device/authorization", data={"client_id": "caution-cli", "scope": "read"}, timeout=30)
    return answer.json() if answer.ok else {}


def device_code(choice):
    """Half of them are allowed by the time they are asked with."""
    begun = device()
    if begun and choice.random() < 0.5:
        asked = api("POST", "/api/device/options", {"user_code": begun["user_code"]})
        if asked:
            api("POST", "/api/device/allow", {"user_code": begun["user_code"], "id": asked["id"],
                                              "credential": assertion(asked["options"], choice, whole=True)})
    return begun.get("device_code", "")


def ssh_key(choice):
    """Of every kind, also such as are not taken, with numbers that are none of a key's."""
    number = lambda: choice.choice([b"", b"\x00", b"\x01", b"\x01\x00\x01", b"\xff", b"\x00\xff" + choice.randbytes(255), choice.randbytes(2000)])
    point = lambda: choice.choice([b"\x04" + X.to_bytes(32, "big") + Y.to_bytes(32, "big"), b"\x04" + choice.randbytes(64), b"\x02" * 33, b"", b"\x00"])
    ed25519 = (b"ssh-ed25519", [choice.randbytes(choice.choice([32, 32, 32, 31]))])  # half of all 32 bytes are a key
    kind, parts = choice.choice([
        ed25519, ed25519, ed25519, ed25519,
        (b"ecdsa-sha2-nistp256", [choice.choice([b"nistp256", b"nistp384", b"x"]), point()]),
        (b"ssh-rsa", [number(), number()]),
        (b"sk-ssh-ed25519@openssh.com", [choice.randbytes(32), choice.choice([b"ssh:", b"", b"\xff"])]),
        (b"sk-ecdsa-sha2-nistp256@openssh.com", [b"nistp256", point(), b"ssh:"]),
        (b"ssh-dss", [number()] * 4),
    ])
    blob = b"".join(struct.pack(">I", len(part)) + part for part in [kind, *parts])
    if choice.random() < 0.3:
        blob = garbled(blob, choice)
    return kind.decode() + " " + base64.b64encode(blob).decode() + choice.choice(["", " a name", " \u00fc", "  \t", " " + "x" * 300])


def login(body, choice):
    asked = api("POST", "/api/login/challenge", {"origin": URL, "user": ME["name"]})
    if asked:
        message = f"caution login 1\norigin {URL}\nuser {ME['name']}\nchallenge {asked['challenge']}\n".encode()
        signature = sign("login@caution.co", message)
        if choice.random() < 0.4:
            broken = base64.b64encode(garbled(unarmored(signature), choice)).decode()
            signature = f"-----BEGIN SSH SIGNATURE-----\n{broken}\n-----END SSH SIGNATURE-----\n"
        body.update(id=asked["id"], signature=signature)


def passkey(options, make, **more):
    def fill(body, choice):
        held = {name: value(choice) for name, value in more.items()}
        if "invitation" in held and "name" not in held:
            held["name"] = name(choice)
        asked = api("POST", options, held or None)
        if asked:
            body.update(held if options != "/api/invitations/passkey/options" else {"invitation": held["invitation"]})
            body.update(id=asked["id"], credential=make(asked["options"], choice, choice.random() < 0.3))
    return fill


def allow(body, choice):
    asked_for = device().get("user_code", "")
    asked = api("POST", "/api/device/options", {"user_code": asked_for})
    if asked:
        body.update(user_code=asked_for, id=asked["id"], credential=assertion(asked["options"], choice, choice.random() < 0.5))


def name(choice):
    return choice.choice(["fuzz-%06d" % choice.randrange(10**6), "hello", "acme", "alice", ME["name"]])


def each(**values):
    """Fills in these fields, each most of the time."""
    def fill(body, choice):
        for field, value in values.items():
            if choice.random() < 0.8:
                body[field] = value(choice) if callable(value) else value
    return fill


FILLED = {
    "POST /api/login/challenge": each(origin=URL),
    "POST /api/login": login,
    "POST /api/proofs": each(origin=URL, method=lambda c: c.choice(["POST", "DELETE"]), path=lambda c: "/api/apps/" + name(c),
                             body_sha256=hashlib.sha256(b"").hexdigest()),
    "POST /api/passkeys/login": passkey("/api/passkeys/login/options", assertion),
    "POST /api/passkeys": passkey("/api/passkeys/options", creation),
    "POST /api/invitations/passkey": passkey("/api/invitations/passkey/options", creation, invitation=invitation),
    "POST /api/invitations/passkey/options": each(invitation=invitation, name=name),
    "POST /api/invitations/look": each(invitation=invitation),
    "POST /api/invitations/accept": each(invitation=invitation),
    "POST /api/invitations/enter": each(invitation=invitation, name=name, ssh_key=ssh_key),
    "POST /api/device/authorization": each(client_id="caution-cli", scope=lambda c: c.choice(["read", "deploy manage", "x"])),
    "POST /api/device/token": each(device_code=device_code),
    "POST /api/device/look": each(user_code=lambda c: device().get("user_code", "")),
    "POST /api/device/options": each(user_code=lambda c: device().get("user_code", "")),
    "POST /api/device/deny": each(user_code=lambda c: device().get("user_code", "")),
    "POST /api/device/allow": allow,
    "POST /api/account/ssh-keys": each(ssh_key=ssh_key, app=lambda c: c.choice(["hello", "other"])),
    "POST /api/account/tokens": each(app=lambda c: c.choice(["hello", "other"]), expires_in_days=lambda c: c.randrange(1, 366)),
    "POST /api/admin/users": each(name=name, ssh_key=ssh_key),
    "POST /api/organizations": each(name=name),
    "POST /api/organizations/{organization}/cloud-accounts": each(
        role_arn=lambda c: "arn:aws:iam::%012d:role/caution" % c.randrange(10**12), region="eu-central-1"),
    "POST /api/apps": each(name=name),
    "PATCH /api/apps/{app}": each(name=name, deploy_branch=lambda c: c.choice(["main", "other", "a..b", "é"])),
    "POST /api/apps/{app}/deployments": each(release=1),
}


@schemathesis.hook
def before_call(context, case, kwargs):
    kwargs["auth"] = Caller(case)
    fill = FILLED.get(f"{case.method} {case.operation.path}")
    if fill is None or not isinstance(case.body, dict) or case.meta is not None and case.meta.is_negative_at(ParameterLocation.BODY):
        return
    choice = chance(case.path_parameters, case.body)
    if choice.random() < 0.85:
        body = dict(case.body)
        fill(body, choice)
        case.body = body


@schemathesis.hook
def after_call(context, case, response):
    with open(os.environ["FUZZ_SEEN"], "a") as seen:
        print(case.operation.label, response.request.method, response.status_code, file=seen)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """An organization goes by its name in paths, and an account's number at AWS is not its id: Schemathesis takes the one for the other."""
    return type(failure).__name__ != "EnsureResourceAvailability" or not case.operation.path.startswith("/api/organizations/")


@schemathesis.check
def a_wrong_proof_is_refused(ctx, response, case):
    if getattr(response.request, "unproven", False):
        assert response.status_code >= 400, f"a wrong proof was taken: {response.request.headers['Caution-Proof']}"


@schemathesis.check
def a_write_from_another_site_is_refused(ctx, response, case):
    if getattr(response.request, "foreign", False):
        assert response.status_code >= 400, "a session's write was taken from another site: " + response.request.headers["Origin"]


HEADERS = ["x-request-id", "content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy",
           "cross-origin-opener-policy"]
INSIDES = re.compile(rb"Exception|\bat [a-z.]+\(|org\.springframework|java\.lang|tools\.jackson|com\.webauthn4j|PSQL|SQLSTATE")


@schemathesis.check
def an_answer_is_whole(ctx, response, case):
    missing = [name for name in HEADERS if name not in response.headers]
    assert not missing, f"headers are missing: {missing}"
    if response.status_code < 400 or case.method == "HEAD":
        return
    assert not INSIDES.search(response.content), f"an error shows insides: {response.content!r}"
    assert response.content, "an error without a word"
    if "application/problem+json" in response.headers.get("content-type", [""])[0]:
        problem = json.loads(response.content)
        assert problem.get("status") == response.status_code, f"another status within: {problem}"
        assert problem.get("title") and problem.get("detail"), f"a problem that says nothing: {problem}"
        assert problem.get("request") == response.headers["x-request-id"][0], f"another request's id: {problem}"
