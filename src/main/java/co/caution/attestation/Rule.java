package co.caution.attestation;

/** The rules that evidence is held to, in the order in which they are checked. A refusal names one of them. */
public enum Rule {
    ENVELOPE(1, "malformed", "one COSE_Sign1 of at most 16 KiB, untagged or with tag 18"),
    CBOR(2, "malformed", "bounded, unambiguous CBOR"),
    ALGORITHM(3, "wrong-algorithm", "ES384 in the protected header, and nothing else in either"),
    SIGNATURE_FORM(4, "malformed", "a payload, and a signature of 96 bytes"),
    PAYLOAD(5, "malformed", "an attestation document with all mandatory fields within their limits"),
    DOCUMENT_TYPE(5, "wrong-type", "an enclave's document"),
    ROOT(6, "untrusted-root", "a chain from a root that was named beforehand"),
    CERTIFICATE(7, "bad-certificate", "strict certificates, each signed by the one before and valid at the check time"),
    CONSTRAINTS(8, "bad-certificate", "authorities that may sign, and a leaf that may only sign documents"),
    LEAF_NAME(9, "bad-certificate", "a leaf that names the document's module and the chain's region"),
    SIGNATURE(10, "bad-signature", "a signature by the leaf over the bytes received"),
    TIME(11, "stale", "a timestamp within the window around the check time"),
    NONCE(12, "wrong-nonce", "the nonce of the challenge"),
    DEBUG(13, "debug", "an enclave that does not run in debug mode");

    private final int number;
    private final String reason;
    private final String demand;

    Rule(int number, String reason, String demand) {
        this.number = number;
        this.reason = reason;
        this.demand = demand;
    }

    /** Position in the written rules; rules 14 (policy) and 15 (binding) are the caller's, on genuine evidence. */
    public int number() {
        return number;
    }

    /** A stable class of refusal: malformed, wrong-type, wrong-algorithm, untrusted-root, bad-certificate, … */
    public String reason() {
        return reason;
    }

    /** What is demanded, as a noun phrase. */
    public String demand() {
        return demand;
    }
}
