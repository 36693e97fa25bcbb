package co.caution.attestation;

import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactorySpi;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SignatureSpi;
import java.security.spec.KeySpec;

/** A provider that always gives one answer. */
final class Lying extends Provider {

    private static final long serialVersionUID = 1;

    Lying(boolean answer) {
        super("Lying", "1", "for tests");
        putService(new Service(this, "Signature", "SHA384withECDSAinP1363Format", "x", null, null) {
            @Override
            public Object newInstance(Object parameter) {
                return new Verifier(answer);
            }
        });
        putService(new Service(this, "KeyFactory", "EC", "x", null, null) {
            @Override
            public Object newInstance(Object parameter) {
                return new Keys();
            }
        });
    }

    private static final class Keys extends KeyFactorySpi {
        @Override
        protected PublicKey engineGeneratePublic(KeySpec spec) {
            return ChainIssuer.newKey(new java.security.SecureRandom()).getPublic();
        }

        @Override
        protected PrivateKey engineGeneratePrivate(KeySpec spec) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected <T extends KeySpec> T engineGetKeySpec(Key key, Class<T> type) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected Key engineTranslateKey(Key key) {
            return key;
        }
    }

    private static final class Verifier extends SignatureSpi {
        private final boolean answer;

        Verifier(boolean answer) {
            this.answer = answer;
        }

        @Override
        protected void engineInitVerify(PublicKey key) throws InvalidKeyException {}

        @Override
        protected void engineInitSign(PrivateKey key) throws InvalidKeyException {}

        @Override
        protected void engineUpdate(byte b) {}

        @Override
        protected void engineUpdate(byte[] bytes, int from, int length) {}

        @Override
        protected byte[] engineSign() {
            return new byte[0];
        }

        @Override
        protected boolean engineVerify(byte[] signature) {
            return answer;
        }

        @Override
        @Deprecated
        protected void engineSetParameter(String name, Object value) {}

        @Override
        @Deprecated
        protected Object engineGetParameter(String name) {
            return "";
        }
    }
}
