"""Has an ssh-agent sign bytes as they are: usage `agent.py KEY.pub MESSAGE PUBLIC.pem SIGNATURE`.

Writes the public key as SPKI PEM and the signature as routec takes it. The protocol is draft-miller-ssh-agent, the forms of
signatures are RFC 8709 (Ed25519) and RFC 5656 (ECDSA).
"""

import base64, os, socket, struct, sys

SIGN_REQUEST, SIGN_RESPONSE = 13, 14


def string(data):
    return struct.pack(">I", len(data)) + data


def strings(data):
    found = []
    while data:
        (length,) = struct.unpack(">I", data[:4])
        found.append(data[4 : 4 + length])
        data = data[4 + length :]
    return found


def tagged(tag, content):
    assert len(content) < 128
    return bytes([tag, len(content)]) + content


def receive(agent, length):
    data = b""
    while len(data) < length:
        part = agent.recv(length - len(data))
        assert part, "the agent hung up"
        data += part
    return data


key_path, message_path, pem_path, signature_path = sys.argv[1:]
blob = base64.b64decode(open(key_path).read().split()[1])
message = open(message_path, "rb").read()

agent = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
agent.connect(os.environ["SSH_AUTH_SOCK"])
agent.sendall(string(bytes([SIGN_REQUEST]) + string(blob) + string(message) + struct.pack(">I", 0)))
(length,) = struct.unpack(">I", receive(agent, 4))
answer = receive(agent, length)
assert answer[0] == SIGN_RESPONSE, "the agent refused"
algorithm, signature = strings(strings(answer[1:])[0])

if algorithm == b"ssh-ed25519":
    prefix = bytes.fromhex("302a300506032b6570032100")
else:
    assert algorithm == b"ecdsa-sha2-nistp256", algorithm
    prefix = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
    # The numbers of RFC 4251 are those of DER: big-endian, with a sign, and no byte more than that takes.
    signature = tagged(0x30, b"".join(tagged(2, number) for number in strings(signature)))

spki = base64.encodebytes(prefix + strings(blob)[-1]).decode()
lines = "".join(spki.split())
pem = "\n".join(lines[at : at + 64] for at in range(0, len(lines), 64))
open(pem_path, "w").write(f"-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n")
open(signature_path, "wb").write(signature)
