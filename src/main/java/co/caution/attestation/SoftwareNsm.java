package co.caution.attestation;

import co.caution.eif.Measurements;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A security module in software, for one simulated enclave: the registers, locks, errors and documents of the real one,
 * signed under a {@link LocalRoot}. It proves that the pipeline works, never that an enclave is confidential.
 */
public final class SoftwareNsm {

    private static final int REGISTERS = 32;

    /** Registers that the hypervisor sets and locks before the enclave boots. */
    private static final int LOCKED_AT_BOOT = 16;

    private static final int RANDOM_SIZE = 256;

    /** A leaf lives three hours; the oldest seen under a genuine document was 8,523 seconds old. */
    private static final Duration RENEW_AFTER = Duration.ofSeconds(8_400);

    private final LocalRoot root;
    private final String moduleId;
    private final InstantSource clock;
    private final SecureRandom random;
    private final byte[][] pcrs = new byte[REGISTERS][48];
    private final boolean[] locked = new boolean[REGISTERS];
    private @Nullable IssuedChain chain;

    /**
     * @param moduleId {@code i-<hex>-enc<hex>}
     * @param measurements of the image that runs in the enclave
     */
    public SoftwareNsm(
            LocalRoot root, Measurements measurements, String moduleId, InstantSource clock, SecureRandom random) {
        if (!DocumentReader.MODULE_ID.matcher(moduleId).matches()) {
            throw new IllegalArgumentException("a module id is i-<hex>-enc<hex>: " + moduleId);
        }
        this.root = root;
        this.moduleId = moduleId;
        this.clock = clock;
        this.random = random;
        measurements.map().forEach((index, value) -> pcrs[index] = HexFormat.of().parseHex(value));
        String instance = moduleId.substring(0, moduleId.indexOf("-enc"));
        pcrs[4] = AttestationDocument.extend(new byte[48], instance.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < LOCKED_AT_BOOT; i++) {
            locked[i] = true;
        }
    }

    /** Answers one CBOR request; what does not parse gets {@code InvalidOperation}. One request at a time, as the device. */
    public synchronized byte[] handle(byte[] request) {
        NsmResponse response;
        if (request.length > NsmRequest.MAX_SIZE) {
            response = new NsmResponse.Failed(NsmError.INPUT_TOO_LARGE);
        } else {
            try {
                response = answer(NsmRequest.decode(request));
            } catch (InvalidCborException e) {
                response = new NsmResponse.Failed(NsmError.INVALID_OPERATION);
            }
        }
        return response.encode();
    }

    private NsmResponse answer(NsmRequest request) {
        return switch (request) {
            case NsmRequest.DescribeNsm() -> new NsmResponse.DescribeNsm(
                    1, 0, 0, moduleId, REGISTERS, lockedRegisters(), "SHA384");
            case NsmRequest.DescribePcr(int index) -> index >= REGISTERS
                    ? new NsmResponse.Failed(NsmError.INVALID_INDEX)
                    : new NsmResponse.DescribePcr(locked[index], pcrs[index].clone());
            case NsmRequest.ExtendPcr(int index, byte[] data) -> change(index, () -> {
                pcrs[index] = AttestationDocument.extend(pcrs[index], data);
                return new NsmResponse.ExtendPcr(pcrs[index].clone());
            });
            case NsmRequest.LockPcr(int index) -> change(index, () -> {
                locked[index] = true;
                return new NsmResponse.LockPcr();
            });
            case NsmRequest.LockPcrs(int range) -> lockUpTo(range);
            case NsmRequest.Attestation attestation -> attest(attestation);
            case NsmRequest.GetRandom() -> {
                byte[] bytes = new byte[RANDOM_SIZE];
                random.nextBytes(bytes);
                yield new NsmResponse.GetRandom(bytes);
            }
        };
    }

    private NsmResponse change(int index, Supplier<NsmResponse> change) {
        if (index >= REGISTERS) {
            return new NsmResponse.Failed(NsmError.INVALID_INDEX);
        }
        return locked[index] ? new NsmResponse.Failed(NsmError.READ_ONLY_INDEX) : change.get();
    }

    private NsmResponse lockUpTo(int range) {
        if (range > REGISTERS) {
            return new NsmResponse.Failed(NsmError.INVALID_INDEX);
        }
        for (int i = 0; i < range; i++) {
            locked[i] = true;
        }
        return new NsmResponse.LockPcrs();
    }

    private NsmResponse attest(NsmRequest.Attestation request) {
        if (exceeds(request.userData(), DocumentReader.MAX_USER_DATA)
                || exceeds(request.nonce(), DocumentReader.MAX_NONCE)
                || exceeds(request.publicKey(), DocumentReader.MAX_PUBLIC_KEY)) {
            return new NsmResponse.Failed(NsmError.INPUT_TOO_LARGE);
        }
        Instant now = clock.instant();
        IssuedChain signer = chainAt(now);
        try {
            byte[] payload = payload(request, signer, now);
            Signature signature = Signature.getInstance("SHA384withECDSAinP1363Format");
            signature.initSign(signer.leafKey(), random);
            signature.update(CoseSign1.signedBytes(payload));
            return new NsmResponse.Attestation(CoseSign1.write(payload, signature.sign()));
        } catch (GeneralSecurityException e) {
            return new NsmResponse.Failed(NsmError.INTERNAL_ERROR);
        }
    }

    private IssuedChain chainAt(Instant now) {
        IssuedChain current = chain;
        if (current != null) {
            Instant start = current.leaf().getNotBefore().toInstant();
            if (!now.isBefore(start) && now.isBefore(start.plus(RENEW_AFTER))) {
                return current;
            }
        }
        chain = root.issue(moduleId, now);
        return chain;
    }

    /** The nine keys in the order of every genuine document, all present, null for what was not asked. */
    private byte[] payload(NsmRequest.Attestation request, IssuedChain signer, Instant now)
            throws CertificateEncodingException {
        List<Integer> registers = lockedRegisters();
        CborWriter out = new CborWriter().map(9)
                .text("module_id").text(moduleId)
                .text("digest").text("SHA384")
                .text("timestamp").unsigned(now.toEpochMilli())
                .text("pcrs").map(registers.size());
        registers.forEach(index -> out.unsigned(index).bytes(pcrs[index]));
        out.text("certificate").bytes(signer.leaf().getEncoded()).text("cabundle").array(signer.cabundle().size());
        signer.cabundle().forEach(out::bytes);
        return out.text("public_key").bytesOrNull(request.publicKey())
                .text("user_data").bytesOrNull(request.userData())
                .text("nonce").bytesOrNull(request.nonce())
                .toBytes();
    }

    private List<Integer> lockedRegisters() {
        List<Integer> registers = new ArrayList<>();
        for (int i = 0; i < REGISTERS; i++) {
            if (locked[i]) {
                registers.add(i);
            }
        }
        return registers;
    }

    private static boolean exceeds(Optional<byte[]> field, int limit) {
        return field.isPresent() && field.get().length > limit;
    }
}
