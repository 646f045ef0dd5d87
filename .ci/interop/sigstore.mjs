// Verifies a bundle with Sigstore's own library and one key: usage `sigstore.mjs BUNDLE PUBLIC.pem`.
import { bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { Verifier, toSignedEntity, toTrustMaterial } from "@sigstore/verify";
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";

const [bundlePath, keyPath] = process.argv.slice(2);
const bundle = bundleFromJSON(JSON.parse(readFileSync(bundlePath, "utf8")));
const key = { publicKey: createPublicKey(readFileSync(keyPath)), validFor: () => true };
const trust = toTrustMaterial(TrustedRoot.fromJSON({}), () => key);
// No log and no timestamp: the key is trusted as such.
const options = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
new Verifier(trust, options).verify(toSignedEntity(bundle));
