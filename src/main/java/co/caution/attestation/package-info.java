/** Nitro evidence: bounded CBOR, COSE_Sign1, certificate path to a pinned root, policy; the NSM codec and a software NSM. */
@NullMarked
package co.caution.attestation;

import org.jspecify.annotations.NullMarked;
