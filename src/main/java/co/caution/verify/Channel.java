package co.caution.verify;

/** Whether the app's port with TLS leads into the enclave that the evidence is about. */
public sealed interface Channel {

    /** For machines: {@code bound}, {@code not_bound} or {@code other_key}. */
    String name();

    /** @param at {@code host:port} that showed the key which the evidence names */
    record Bound(ChannelBinding binding, String at) implements Channel {
        @Override
        public String name() {
            return "bound";
        }
    }

    /** @param why in words that can follow a colon */
    record NotBound(String why) implements Channel {
        @Override
        public String name() {
            return "not_bound";
        }
    }

    /**
     * Whoever answers there holds another key than the enclave.
     *
     * @param seen SHA-256 of that key's SubjectPublicKeyInfo
     */
    record OtherKey(ChannelBinding binding, String at, String seen) implements Channel {
        @Override
        public String name() {
            return "other_key";
        }
    }
}
