package co.caution.attestation;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A leaf that may sign documents, with the authorities above it.
 *
 * @param cabundle root, region, zonal, instance, DER
 */
record IssuedChain(X509Certificate leaf, PrivateKey leafKey, List<byte[]> cabundle) {}
